using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Benchmarks.History;

/// <summary>Every kind of question, at places that a seed picks.</summary>
internal static class HistoryPages
{
    public static IEnumerable<(string Name, Func<int, ValueTask<int>> Ask)> Of(IHistory history, int orders, int rows)
    {
        var random = new Random(1);
        yield return ("allOrders, newest", _ => OrdersAsync(history, Orders(0, 0, takesNewest: true)));
        yield return ("allOrders, from an id", _ => OrdersAsync(history, Orders(random.NextInt64(orders), 0, takesNewest: false)));
        yield return ("allOrders, from a time", _ => OrdersAsync(history, Orders(0, random.NextInt64(HistoryWriting.TimeOf(orders)), takesNewest: false)));
        yield return ("myTrades, newest", _ => FillsAsync(history, new FillQuery(Account(), 0, 0, 0, 0, long.MaxValue, rows, TakesNewest: true)));
        yield return ("myTrades, from an id", _ => FillsAsync(
            history, new FillQuery(Account(), 0, 0, random.NextInt64(orders / 4), 0, long.MaxValue, rows, TakesNewest: false)));
        yield return ("public trades, from a time", _ => TradesAsync(
            history, new TradeQuery(0, 0, 0, random.NextInt64(HistoryWriting.TimeOf(orders)), long.MaxValue, rows, TakesNewest: false)));
        yield return ("order, by id", async _ =>
        {
            var number = random.Next(orders);
            return await history.FindOrderAsync(HistoryWriting.AccountOf(number), 0, number + 1, default).ConfigureAwait(false) is null ? 0 : 1;
        }
        );
        yield return ("order, by client id", async _ =>
        {
            var number = random.Next(orders);
            var name = ClientOrderId.From(HistoryWriting.NameOf(number));
            return await history.FindOrderAsync(HistoryWriting.AccountOf(number), 0, name, default).ConfigureAwait(false) is null ? 0 : 1;
        }
        );

        OrderQuery Orders(long fromId, long fromUs, bool takesNewest) => new(Account(), 0, fromId, fromUs, long.MaxValue, rows, takesNewest);

        int Account() => random.Next(1, HistoryWriting.Accounts + 1);
    }

    private static async ValueTask<int> OrdersAsync(IHistory history, OrderQuery query)
    {
        var found = new List<OrderState>();
        await history.AddOrdersAsync(query, found, default).ConfigureAwait(false);
        return found.Count;
    }

    private static async ValueTask<int> FillsAsync(IHistory history, FillQuery query)
    {
        var found = new List<AccountFill>();
        await history.AddFillsAsync(query, found, default).ConfigureAwait(false);
        return found.Count;
    }

    private static async ValueTask<int> TradesAsync(IHistory history, TradeQuery query)
    {
        var found = new List<HistoricalTrade>();
        await history.AddTradesAsync(query, found, default).ConfigureAwait(false);
        return found.Count;
    }
}
