using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Replay;

/// <summary>
/// An exchange with one symbol (tick 0.01, lot 1, empty book) that recorded flow can be sent to: the core itself, or a running host over
/// HTTP. One command at a time; each result is final when the task completes.
/// </summary>
internal interface IFlowTarget
{
    /// <summary>Places a limit order, good till cancelled or immediate-or-cancel.</summary>
    /// <param name="price">Ticks.</param>
    /// <param name="quantity">Lots.</param>
    ValueTask<PlaceOutcome> PlaceAsync(Side side, long price, long quantity, TimeInForce timeInForce);

    /// <summary>Takes lots off an open order, whose place in the queue stays; all of its leaves end the order.</summary>
    /// <returns>Null, or why it was refused.</returns>
    ValueTask<string?> ReduceAsync(long orderId, long lots);

    /// <summary>Removes an open order.</summary>
    /// <returns>Null, or why it was refused.</returns>
    ValueTask<string?> CancelAsync(long orderId);

    /// <summary>Reads best bid and ask.</summary>
    ValueTask<FlowBook> ReadBookAsync();
}

/// <summary>What became of a placed order.</summary>
/// <param name="Refusal">Null, or why it was refused.</param>
/// <param name="OrderId">The target's id; 0 when refused.</param>
/// <param name="Fills">In order, with the target's ids of the makers.</param>
internal readonly record struct PlaceOutcome(string? Refusal, long OrderId, IReadOnlyList<FlowFill> Fills);
