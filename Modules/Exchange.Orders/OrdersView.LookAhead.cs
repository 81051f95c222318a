using Exchange.Matching.Commands;
using Exchange.Matching.Events;

namespace Exchange.Orders;

/// <content>
/// A look ahead at what the next records will touch: orders lie all over memory, and one after another their fetching would cost more than the fold.
/// Three steps over a few records each, because each needs what the one before has fetched. It changes no outcome.
/// </content>
internal sealed partial class OrdersView
{
    /// <summary>Records that are looked at together.</summary>
    private const int LookAheadRecords = 16;

    /// <summary>Orders that are looked at together at most: a record may hold thousands of trades, which lie beside each other.</summary>
    private const int LookAheadOrders = 48;

    /// <summary>Below so many orders, the table lies in the cache anyway.</summary>
    private const int LookAheadLeast = 2_048;

    private readonly long[] _aheadIds = new long[LookAheadOrders];
    private readonly int[] _aheadRows = new int[LookAheadOrders];

    public void Apply(in RecordRun run)
    {
        for (var next = 0; next < run.Count;)
        {
            var end = Math.Min(run.Count, next + LookAheadRecords);
            if (_orders.Count >= LookAheadLeast)
            {
                LookAhead(run, next, end);
            }

            for (; next < end; next++)
            {
                var record = run[next];
                Apply(in record, run.ReplyToken(next));
            }
        }
    }

    private void LookAhead(in RecordRun run, int first, int end)
    {
        var changed = 0;
        for (var i = first; i < end; i++)
        {
            var record = run[i];
            if (!record.CommandType.IsTrading())
            {
                continue;
            }

            if (record.CommandType == CommandType.PlaceOrder)
            {
                _orders.PrefetchAdded(record.AccountId, record.SymbolId, TradingCommandCodec.PlacedIdOf(record.Body));
            }

            changed = CollectChanged(record, changed);
        }

        for (var i = first; i < end; i++)
        {
            var record = run[i];
            if (record.CommandType == CommandType.PlaceOrder)
            {
                _orders.PrefetchLastOf(record.AccountId);
            }
        }

        for (var i = 0; i < changed; i++)
        {
            _aheadRows[i] = _orders.GuessAndPrefetch(_aheadIds[i]);
        }

        for (var i = 0; i < changed; i++)
        {
            _orders.PrefetchNeighbours(_aheadRows[i]);
        }
    }

    /// <summary>Collects the orders of others or of before that the record changes; returns how many there are now.</summary>
    private int CollectChanged(in Record record, int changed)
    {
        var events = record.Events;
        while (changed < LookAheadOrders && events.MoveNext())
        {
            var orderId = events.Type switch
            {
                EventType.TradeExecuted => events.As<TradeExecuted>().MakerOrderId,
                EventType.OrderCanceled => events.As<OrderCanceled>().OrderId,
                EventType.OrderReduced => events.As<OrderReduced>().OrderId,
                EventType.OrderMoved => events.As<OrderMoved>().OrderId,
                _ => 0,
            };
            if (orderId != 0)
            {
                _orders.PrefetchId(orderId);
                _aheadIds[changed++] = orderId;
            }
        }

        return changed;
    }
}
