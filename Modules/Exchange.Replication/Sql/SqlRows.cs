using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Sql;

// Rows as Dapper reads them: whole numbers as databases have them, named as the queries name them.

internal sealed class OrderDto
{
    public long OrderId { get; init; }

    public long AccountId { get; init; }

    public long SymbolId { get; init; }

    public string ClientOrderId { get; init; } = "";

    public long Side { get; init; }

    public long Type { get; init; }

    public long TimeInForce { get; init; }

    public long Status { get; init; }

    public long ExpireReason { get; init; }

    public long Price { get; init; }

    public long Quantity { get; init; }

    public long ExecutedQuantity { get; init; }

    public long CumulativeQuote { get; init; }

    public long QuoteOrderQuantity { get; init; }

    public long CreatedUs { get; init; }

    public long UpdatedUs { get; init; }

    public long WorkingUs { get; init; }

    public OrderState ToState() => new()
    {
        OrderId = OrderId,
        AccountId = (int)AccountId,
        SymbolId = (int)SymbolId,
        ClientOrderId = Matching.Types.ClientOrderId.From(ClientOrderId),
        Side = (Side)Side,
        Type = (OrderType)Type,
        TimeInForce = (TimeInForce)TimeInForce,
        Status = (OrderStatus)Status,
        ExpireReason = (ExpireReason)ExpireReason,
        Price = Price,
        Quantity = Quantity,
        ExecutedQuantity = ExecutedQuantity,
        CumulativeQuote = CumulativeQuote,
        QuoteOrderQuantity = QuoteOrderQuantity,
        CreatedUs = CreatedUs,
        UpdatedUs = UpdatedUs,
        WorkingUs = WorkingUs,
    };
}

internal sealed class FillDto
{
    public long TradeId { get; init; }

    public long OrderId { get; init; }

    public long Side { get; init; }

    public long IsMaker { get; init; }

    public long Price { get; init; }

    public long Quantity { get; init; }

    public long Fee { get; init; }

    public long TimeUs { get; init; }

    public AccountFill ToFill() =>
        new(TradeId, OrderId, (Side)Side == Matching.Types.Side.Buy, IsMaker != 0, Price, Quantity, Fee, TimeUs);
}

internal sealed class TradeDto
{
    public long TradeId { get; init; }

    public long AggregateTradeId { get; init; }

    public long TakerSide { get; init; }

    public long Price { get; init; }

    public long Quantity { get; init; }

    public long TimeUs { get; init; }

    public HistoricalTrade ToTrade() => new(TradeId, AggregateTradeId, Price, Quantity, TimeUs, (Side)TakerSide == Side.Sell);
}
