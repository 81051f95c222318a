using Exchange.Benchmarks.Workloads;

namespace Exchange.Benchmarks.Core;

/// <summary>One pass of a workload through a fresh engine.</summary>
/// <param name="NsPerCommand">Thread CPU of the engine's whole step.</param>
/// <param name="BestTenthNs">As <see cref="CoreExchange.BestTenthNs"/>.</param>
/// <param name="ConsumerNsPerCommand">Thread CPU of reading every record behind it.</param>
/// <param name="BytesPerCommand">Managed bytes that the engine's step allocates.</param>
/// <param name="RecordBytesPerCommand">Bytes in the event ring.</param>
/// <param name="Mismatch">What differs from the workload's definition, or is wrong with the state behind it; null when all is as expected.</param>
internal readonly record struct CorePass(
    double NsPerCommand, double BestTenthNs, double ConsumerNsPerCommand, double BytesPerCommand, double RecordBytesPerCommand, Floors Floors, string? Mismatch)
{
    public static CorePass Run(Workload workload)
    {
        var floors = Floors.Measure(workload);
        using var exchange = new CoreExchange();
        exchange.Open(workload.Definition.SymbolCount);
        exchange.Run(workload.Prefill);
        var prefill = exchange.Tally;
        exchange.Restart();
        exchange.Run(workload.Bench);
        double PerCommand(long sum) => (double)sum / workload.Bench.Length;
        return new CorePass(
            PerCommand(exchange.EngineNs),
            exchange.BestTenthNs,
            PerCommand(exchange.ConsumerNs),
            PerCommand(exchange.AllocatedBytes),
            PerCommand(exchange.RecordBytes),
            floors,
            Check(workload, exchange, prefill));
    }

    private static string? Check(Workload workload, CoreExchange exchange, TradeTally prefill) =>
        exchange.Rejects != 0 ? $"{exchange.Rejects} commands were refused; {exchange.FirstReject}"
        : prefill != workload.PrefillTally ? $"prefill: {prefill}; expected {workload.PrefillTally}"
        : exchange.Tally != workload.Tally ? $"{exchange.Tally}; expected {workload.Tally}"
        : exchange.FindInconsistency();
}

/// <summary>All passes of one workload: medians, with the range of the main figure.</summary>
/// <param name="BestTenthNs">Least of the passes.</param>
/// <param name="HashMatches">Trades, quantity, notional and hash are the definition's in every pass, nothing was refused, the state is consistent.</param>
internal sealed record CoreResult(
    string Workload,
    double NsPerCommand,
    double NsPerCommandMin,
    double NsPerCommandMax,
    double BestTenthNs,
    double ConsumerNsPerCommand,
    double BytesPerCommand,
    double RecordBytesPerCommand,
    bool HashMatches,
    Floors Floors,
    Multiples Multiples,
    double SwitchMultipleMin,
    double SwitchMultipleMax)
{
    public static CoreResult Of(WorkloadDefinition definition, IReadOnlyList<CorePass> passes)
    {
        double Median(Func<CorePass, double> figure) => MedianOf([.. passes.Select(figure)]);
        var floors = new Floors(Median(pass => pass.Floors.ArrayCopy), Median(pass => pass.Floors.SwitchLoop), Median(pass => pass.Floors.IdTouch));
        var ns = Median(pass => pass.NsPerCommand);
        return new CoreResult(
            definition.Name,
            ns,
            passes.Min(pass => pass.NsPerCommand),
            passes.Max(pass => pass.NsPerCommand),
            passes.Min(pass => pass.BestTenthNs),
            Median(pass => pass.ConsumerNsPerCommand),
            passes.Max(pass => pass.BytesPerCommand),
            Median(pass => pass.RecordBytesPerCommand),
            passes.All(pass => pass.Mismatch is null),
            floors,
            new Multiples(
                MedianOf([.. passes.Select(pass => pass.NsPerCommand / pass.Floors.ArrayCopy)]),
                MedianOf([.. passes.Select(pass => pass.NsPerCommand / pass.Floors.SwitchLoop)]),
                MedianOf([.. passes.Select(pass => pass.NsPerCommand / pass.Floors.IdTouch)])),
            passes.Min(pass => pass.NsPerCommand / pass.Floors.SwitchLoop),
            passes.Max(pass => pass.NsPerCommand / pass.Floors.SwitchLoop));
    }

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}

/// <summary>The engine's step as a multiple of each floor of the same pass.</summary>
internal readonly record struct Multiples(double ArrayCopy, double SwitchLoop, double IdTouch);
