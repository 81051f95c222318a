using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.DynamoDBv2.Model;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// An order as an item. Numbers are those of the journal: ticks, lots, quote units, journal microseconds; sides, types and reasons by their number.
/// <see cref="Before"/> is the order as it stood behind the store's position when the item was written: while the item is ahead of that position (a batch was
/// broken off), the records behind the position are folded from there. Missing in an item that its batch added.
/// </summary>
internal static class OrderItem
{
    public const string Before = "before";

    /// <summary>Of <see cref="Before"/>: this byte, then the bytes of <see cref="OrderState"/>; a change of those is a new number.</summary>
    private const byte BeforeVersion = 1;

    private const string SymbolId = "symbolId";
    private const string ClientOrderId = "clientOrderId";
    private const string Side = "side";
    private const string Type = "type";
    private const string TimeInForce = "timeInForce";
    private const string Status = "status";
    private const string ExpireReason = "expireReason";
    private const string Price = "price";
    private const string Quantity = "quantity";
    private const string ExecutedQuantity = "executedQuantity";
    private const string CumulativeQuote = "cumulativeQuote";
    private const string QuoteOrderQuantity = "quoteOrderQuantity";
    private const string CreatedUs = "createdUs";
    private const string UpdatedUs = "updatedUs";
    private const string WorkingUs = "workingUs";

    public static Dictionary<string, AttributeValue> KeyOf(int accountId, long orderId) =>
        DynamoDbTables.OrderKey(accountId.ToString(CultureInfo.InvariantCulture), orderId);

    /// <summary>Returns an order's item, without <see cref="Before"/>.</summary>
    public static Dictionary<string, AttributeValue> Of(in OrderState order, ItemStamp changed, Symbol symbol)
    {
        var item = KeyOf(order.AccountId, order.OrderId);
        item.Stamp(changed);
        item[DynamoDbTables.Symbol] = Item.Text(symbol.Name);
        item[SymbolId] = Item.Number(order.SymbolId);
        item[Side] = Item.Number((long)order.Side);
        item[Type] = Item.Number((long)order.Type);
        item[TimeInForce] = Item.Number((long)order.TimeInForce);
        item[Status] = Item.Number((long)order.Status);
        item[ExpireReason] = Item.Number((long)order.ExpireReason);
        item[Price] = Item.Number(order.Price);
        item[Quantity] = Item.Number(order.Quantity);
        item[ExecutedQuantity] = Item.Number(order.ExecutedQuantity);
        item[CumulativeQuote] = Item.Number(order.CumulativeQuote);
        item[QuoteOrderQuantity] = Item.Number(order.QuoteOrderQuantity);
        item[CreatedUs] = Item.Number(order.CreatedUs);
        item[UpdatedUs] = Item.Number(order.UpdatedUs);
        item[WorkingUs] = Item.Number(order.WorkingUs);
        if (!order.ClientOrderId.IsEmpty)
        {
            item[ClientOrderId] = Item.Text(order.ClientOrderId.ToString());
        }

        if (order.IsOpen)
        {
            item[DynamoDbTables.OpenSymbol] = Item.Text(symbol.Name);
        }

        return item;
    }

    public static AttributeValue BeforeOf(in OrderState order)
    {
        Span<byte> bytes = stackalloc byte[1 + Unsafe.SizeOf<OrderState>()];
        bytes[0] = BeforeVersion;
        MemoryMarshal.Write(bytes[1..], order);
        return Item.Bytes(bytes);
    }

    public static OrderState StateOf(Dictionary<string, AttributeValue> item) => new()
    {
        OrderId = item.Number(DynamoDbTables.OrderId),
        AccountId = int.Parse(item.Text(DynamoDbTables.Account), CultureInfo.InvariantCulture),
        SymbolId = (int)item.Number(SymbolId),
        ClientOrderId = Matching.Types.ClientOrderId.From(item.Text(ClientOrderId)),
        Side = (Side)item.Number(Side),
        Type = (OrderType)item.Number(Type),
        TimeInForce = (TimeInForce)item.Number(TimeInForce),
        Status = (OrderStatus)item.Number(Status),
        ExpireReason = (ExpireReason)item.Number(ExpireReason),
        Price = item.Number(Price),
        Quantity = item.Number(Quantity),
        ExecutedQuantity = item.Number(ExecutedQuantity),
        CumulativeQuote = item.Number(CumulativeQuote),
        QuoteOrderQuantity = item.Number(QuoteOrderQuantity),
        CreatedUs = item.Number(CreatedUs),
        UpdatedUs = item.Number(UpdatedUs),
        WorkingUs = item.Number(WorkingUs),
    };

    /// <summary>Returns the order as it stood behind a position that the store has or had while the item was written.</summary>
    /// <param name="order">Meaningful when true is returned; otherwise there was no such order then.</param>
    /// <exception cref="RebuildNeededException">A build with other orders wrote it.</exception>
    public static bool TryStateAt(Dictionary<string, AttributeValue> item, long sequence, out OrderState order)
    {
        if (item.Number(Item.Sequence) <= sequence)
        {
            order = StateOf(item);
            return true;
        }

        if (!item.TryGetValue(Before, out var before))
        {
            order = default;
            return false;
        }

        var bytes = before.B.ToArray();
        if (bytes.Length != 1 + Unsafe.SizeOf<OrderState>() || bytes[0] != BeforeVersion)
        {
            throw new RebuildNeededException("a batch was broken off by another build, whose orders this one cannot read");
        }

        order = MemoryMarshal.Read<OrderState>(bytes.AsSpan(1));
        return true;
    }
}
