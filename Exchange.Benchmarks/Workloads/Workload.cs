using System.Runtime.InteropServices;

namespace Exchange.Benchmarks.Workloads;

/// <summary>
/// The commands of one workload, as its definition makes them: bit-exact, nothing in them is refused, and their trades are known. Who
/// executes them in order, with order ids counted from 1, gets the ids that later commands name.
/// </summary>
internal sealed class Workload
{
    private readonly WorkloadCommand[] _commands;

    private Workload(WorkloadDefinition definition, WorkloadCommand[] commands, TradeTally prefillTally, TradeTally tally, long maxOrderId)
    {
        Definition = definition;
        _commands = commands;
        PrefillTally = prefillTally;
        Tally = tally;
        MaxOrderId = maxOrderId;
    }

    public WorkloadDefinition Definition { get; }

    /// <summary>Prefill and bench part.</summary>
    public ReadOnlyMemory<WorkloadCommand> Commands => _commands;

    public ReadOnlySpan<WorkloadCommand> Prefill => _commands.AsSpan(0, Definition.PrefillCount);

    public ReadOnlySpan<WorkloadCommand> Bench => _commands.AsSpan(Definition.PrefillCount);

    /// <summary>Trades of the prefill, as the generator's matcher found them.</summary>
    public TradeTally PrefillTally { get; }

    /// <summary>Trades of the bench part, as the generator's matcher found them.</summary>
    public TradeTally Tally { get; }

    /// <summary>Ids that the workload's new orders take: 1 to this number.</summary>
    public long MaxOrderId { get; }

    /// <param name="benchCount">Commands behind the prefill; fewer than the definition's for a shorter beginning of the same stream.</param>
    public static Workload Generate(WorkloadDefinition definition, int? benchCount = null)
    {
        var generator = new WorkloadGenerator(definition, benchCount ?? definition.BenchCount);
        generator.Prefill();
        var prefillTally = generator.TakeTally();
        generator.Bench();
        return new Workload(definition, generator.Commands, prefillTally, generator.TakeTally(), generator.MaxOrderId);
    }

    /// <summary>Returns the first difference from the definition in words, or null. For a whole workload.</summary>
    public string? FindMismatch()
    {
        var hash = HashOf(_commands);
        return hash != Definition.RecordHash
            ? FormattableString.Invariant($"{Definition.Name}: commands hash to {hash:x16} instead of {Definition.RecordHash:x16}")
            : Tally != Definition.Expected ? $"{Definition.Name}: generated {Tally}; defined are {Definition.Expected}"
            : (int)PrefillTally.Trades != Definition.PrefillTrades || MaxOrderId != Definition.MaxOrderId
                ? FormattableString.Invariant($"{Definition.Name}: {PrefillTally.Trades} trades in the prefill, {MaxOrderId} orders; defined are {Definition.PrefillTrades}, {Definition.MaxOrderId}")
            : null;
    }

    /// <summary>FNV-1a, 64 bits, over the commands' bytes.</summary>
    public static ulong HashOf(ReadOnlySpan<WorkloadCommand> commands)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var value in MemoryMarshal.AsBytes(commands))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        return hash;
    }
}
