namespace Exchange.Tests.Simulation;

/// <summary>What happened in one seed, or in many.</summary>
/// <param name="Submitted">Commands that a gateway took.</param>
/// <param name="Answered">Commands whose client got an answer.</param>
/// <param name="Resubmitted">Commands that a client sent again after a restart.</param>
/// <param name="Records">Records in the surviving journal.</param>
/// <param name="Operations">Disk operations.</param>
/// <param name="Faults">How often each fault happened.</param>
internal sealed record SimulationReport(
    long Submitted, long Answered, long Resubmitted, long Records, long Operations, SortedDictionary<string, int> Faults)
{
    public static SimulationReport Empty { get; } = new(0, 0, 0, 0, 0, new SortedDictionary<string, int>(StringComparer.Ordinal));

    public SimulationReport Plus(SimulationReport other)
    {
        var faults = new SortedDictionary<string, int>(Faults, StringComparer.Ordinal);
        foreach (var (fault, count) in other.Faults)
        {
            faults[fault] = faults.GetValueOrDefault(fault) + count;
        }

        return new SimulationReport(
            Submitted + other.Submitted, Answered + other.Answered, Resubmitted + other.Resubmitted, Records + other.Records, Operations + other.Operations, faults);
    }

    public override string ToString() =>
        $"{Submitted} commands, {Answered} answered, {Resubmitted} sent again, {Records} records, {Operations} disk operations\n"
        + string.Join('\n', Faults.Select(fault => $"  {fault.Value,9}  {fault.Key}"));
}

/// <summary>A seed failed; the message begins with its plan and says how to see it again.</summary>
internal sealed class SimulationFailedException(SimulationPlan plan, Exception cause)
    : Exception($"{plan}\n{(cause is SimulationFailure ? cause.Message : cause)}\nreplay: SIM_SEED={plan.Seed} dotnet test --filter Simulation, or simulate --seed {plan.Seed} --trace", cause)
{
    public ulong Seed { get; } = plan.Seed;
}
