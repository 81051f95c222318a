namespace Exchange.Replication.Messages;

/// <summary>
/// One event of the journal in the form in which queues and streams carry it. <see cref="Id"/> is the same however often and to wherever it is
/// sent: events are told apart by it, and ordered by its three numbers.
/// </summary>
/// <param name="Type">Name of the message type, for example <c>OrderTraded</c>; the contract stands in the module's `Messages/README.md`.</param>
/// <param name="AccountId">Whose event it is; null where it is nobody's.</param>
/// <param name="Symbol">Its market; null where it has none.</param>
/// <param name="TimeUs">Journal microseconds.</param>
/// <param name="Json">The event, one JSON object.</param>
internal readonly record struct EventMessage(string Type, int? AccountId, string? Symbol, EventId Id, long TimeUs, ReadOnlyMemory<byte> Json)
{
    /// <summary>Whether it is of a trading command: those have a market of their own, and the rest is the audit trail.</summary>
    public required bool IsTrading { get; init; }
}

/// <summary>Where an event stands in the total order.</summary>
/// <param name="Epoch">Of the journal group: rises with each leadership.</param>
/// <param name="Sequence">Of the record.</param>
/// <param name="Index">Among the messages of the record, from 0.</param>
internal readonly record struct EventId(long Epoch, long Sequence, int Index) : IComparable<EventId>
{
    public int CompareTo(EventId other) => (Epoch, Sequence, Index).CompareTo((other.Epoch, other.Sequence, other.Index));

    /// <summary>The text in messages and as deduplication id: <c>epoch-sequence-index</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Epoch}-{Sequence}-{Index}");
}
