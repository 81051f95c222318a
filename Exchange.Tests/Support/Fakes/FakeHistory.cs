using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Tests.Support.Fakes;

/// <summary>A history store of lists; counts its questions.</summary>
internal sealed class FakeHistory : IHistory
{
    public List<OrderState> Orders { get; } = [];

    public List<AccountFill> Fills { get; } = [];

    /// <summary>Of one symbol, oldest first.</summary>
    public List<HistoricalTrade> Trades { get; } = [];

    public bool IsConfigured { get; set; } = true;

    public long CompleteSequence { get; set; }

    public bool IsUnavailable { get; set; }

    public int Questions { get; private set; }

    public ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken)
    {
        Ask();
        var found = Orders.Where(order => order.AccountId == accountId && order.SymbolId == symbolId && order.OrderId == orderId);
        return new(found.Cast<OrderState?>().FirstOrDefault());
    }

    public ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken)
    {
        Ask();
        var found = Orders.Where(order => order.AccountId == accountId && order.SymbolId == symbolId && order.ClientOrderId == clientOrderId);
        return new(found.Cast<OrderState?>().LastOrDefault());
    }

    public ValueTask AddOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken)
    {
        Ask();
        orders.AddRange(Orders.Where(order => order.AccountId == query.AccountId && order.SymbolId == query.SymbolId));
        return default;
    }

    public ValueTask AddFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken)
    {
        Ask();
        fills.AddRange(Fills);
        return default;
    }

    public ValueTask AddTradesAsync(TradeQuery query, List<HistoricalTrade> trades, CancellationToken cancellationToken)
    {
        Ask();
        var found = Trades.Where(trade => trade.TradeId >= query.FromTradeId && trade.AggregateTradeId >= query.FromAggregateTradeId
            && trade.TimeUs >= query.FromUs && trade.TimeUs <= query.ToUs);
        trades.AddRange(query.TakesNewest ? found.TakeLast(query.Limit) : found.Take(query.Limit));
        return default;
    }

    private void Ask()
    {
        Questions++;
        if (IsUnavailable)
        {
            throw new HistoryUnavailableException("as the test wants it");
        }
    }
}
