using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>Trading commands in short form. Prices in ticks, quantities in lots, symbol 0 unless told.</summary>
public static class CommandSlots
{
    public static CommandSlot Limit(
        int accountId, Side side, long price, long quantity, TimeInForce timeInForce = TimeInForce.Gtc, string clientOrderId = "", int symbolId = 0) =>
        New(CommandType.PlaceOrder, accountId, symbolId) with
        {
            Side = side,
            OrderType = OrderType.Limit,
            TimeInForce = timeInForce,
            Price = price,
            Quantity = quantity,
            ClientOrderId = ClientOrderId.From(clientOrderId),
        };

    public static CommandSlot PostOnly(int accountId, Side side, long price, long quantity) =>
        Limit(accountId, side, price, quantity) with { OrderType = OrderType.LimitMaker };

    public static CommandSlot Market(int accountId, Side side, long quantity) =>
        Limit(accountId, side, 0, quantity) with { OrderType = OrderType.Market };

    /// <summary>A market order by quote amount.</summary>
    public static CommandSlot MarketFor(int accountId, Side side, long amount) =>
        Market(accountId, side, amount) with { Flags = OrderFlags.QuoteQuantity };

    public static CommandSlot Cancel(
        int accountId, long orderId, string clientOrderId = "", CancelRestriction restriction = CancelRestriction.None, int symbolId = 0) =>
        New(CommandType.CancelOrder, accountId, symbolId) with
        {
            OrderId = orderId,
            ClientOrderId = ClientOrderId.From(clientOrderId),
            Restriction = restriction,
        };

    public static CommandSlot CancelAll(int accountId, int symbolId = 0) => New(CommandType.CancelAllOrders, accountId, symbolId);

    public static CommandSlot Reduce(int accountId, long orderId, long quantity) =>
        New(CommandType.ReduceOrder, accountId, 0) with { OrderId = orderId, Quantity = quantity };

    public static CommandSlot Move(int accountId, long orderId, long newPrice) =>
        New(CommandType.MoveOrder, accountId, 0) with { OrderId = orderId, Price = newPrice };

    private static CommandSlot New(CommandType type, int accountId, int symbolId) => new()
    {
        Type = type,
        SlotCount = 1,
        ReplyToken = CommandSlot.NoReply,
        AccountId = accountId,
        SymbolId = symbolId,
    };
}
