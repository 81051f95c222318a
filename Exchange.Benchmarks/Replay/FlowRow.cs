using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Replay;

/// <summary>What a row of recorded flow does.</summary>
internal enum FlowOperation
{
    /// <summary>A limit order, good till cancelled, that does not cross.</summary>
    Add,

    /// <summary>Takes quantity off an order; its place in the queue stays.</summary>
    Reduce,

    /// <summary>Removes an order.</summary>
    Cancel,

    /// <summary>An immediate-or-cancel limit order whose fills are known.</summary>
    Take,

    /// <summary>An execution that price-time priority cannot explain, applied as a reduction; all of the leaves ends the order.</summary>
    Force,
}

/// <summary>One command of recorded order flow and what the recording says of it. Prices are ticks of 0.01, quantities lots of 1.</summary>
/// <param name="Number">The row's own number, for messages.</param>
/// <param name="Id">The recording's id of the order; 0 for a take.</param>
/// <param name="ExpectedFills">Of a take, in order.</param>
/// <param name="ExpectedBook">Best prices after the command.</param>
internal sealed record FlowRow(
    int Number,
    FlowOperation Operation,
    long Id,
    Side Side,
    long Price,
    long Quantity,
    IReadOnlyList<FlowFill> ExpectedFills,
    FlowBook ExpectedBook);

/// <param name="MakerId">The recording's id in a row, the target's order id in an outcome.</param>
internal readonly record struct FlowFill(long MakerId, long Price, long Quantity)
{
    public override string ToString() => FormattableString.Invariant($"{MakerId}@{Price}*{Quantity}");
}

/// <summary>Best price of a side with the whole quantity at it; the default value is an empty side.</summary>
internal readonly record struct FlowBest(long Price, long Quantity)
{
    public override string ToString() => Quantity == 0 ? "none" : FormattableString.Invariant($"{Price}*{Quantity}");
}

internal readonly record struct FlowBook(FlowBest Bid, FlowBest Ask)
{
    public override string ToString() => $"{Bid} / {Ask}";
}
