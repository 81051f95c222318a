namespace Exchange.Contracts;

// Message types as a consumer of the exchange declares them: only names and namespace are shared with the exchange, no code.

/// <summary>What all order events are, besides their own type.</summary>
public sealed record OrderEvent
{
    public required string EventId { get; init; }

    public required long Epoch { get; init; }

    public required long Sequence { get; init; }

    public required int Index { get; init; }

    public required DateTime Time { get; init; }

    public required int AccountId { get; init; }

    public string? Symbol { get; init; }

    public long? OrderId { get; init; }
}

/// <summary>One order's part of a trade.</summary>
public sealed record OrderTraded
{
    public required long Epoch { get; init; }

    public required long Sequence { get; init; }

    public required int Index { get; init; }

    public required int AccountId { get; init; }

    public required long OrderId { get; init; }

    public required long TradeId { get; init; }

    public required bool IsMaker { get; init; }

    public required string Side { get; init; }

    public required decimal Price { get; init; }

    public required decimal Quantity { get; init; }

    public required decimal QuoteQuantity { get; init; }

    public required decimal Fee { get; init; }

    public required string FeeAsset { get; init; }
}
