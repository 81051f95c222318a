using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>The given risk port with a changed rule, where it applies: an odd number of lots is refused.</summary>
internal readonly struct ChangedRisk<T>(T inner, Func<bool> applies) : IRisk
    where T : struct, IRisk
{
    public RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, int openOrders, long timeUs)
    {
        var reason = inner.CheckNewOrder(in order, symbol, openOrders, timeUs);
        return reason == RejectReason.None && applies() && order.Quantity % 2 != 0 ? RejectReason.LotSize : reason;
    }

    public bool AllowsUsual(in CommandSlot order, Symbol symbol, long notional, int openOrders, long timeUs) =>
        inner.AllowsUsual(in order, symbol, notional, openOrders, timeUs) && !(applies() && order.Quantity % 2 != 0);

    public void AddSymbol(Symbol symbol) => inner.AddSymbol(symbol);

    public void OpenAccount(int accountId, int orderLimitPer10Seconds, int orderLimitPerDay) =>
        inner.OpenAccount(accountId, orderLimitPer10Seconds, orderLimitPerDay);

    public void SetOrderLimits(int accountId, int per10Seconds, int perDay) => inner.SetOrderLimits(accountId, per10Seconds, perDay);

    public RejectReason CheckMove(Symbol symbol, Side side, long newPrice, long leaves, long timeUs) =>
        inner.CheckMove(symbol, side, newPrice, leaves, timeUs);

    public bool AllowsUsualMove(Symbol symbol, Side side, long newPrice, long leaves, long timeUs) =>
        inner.AllowsUsualMove(symbol, side, newPrice, leaves, timeUs);

    public void OnOrderAccepted(int accountId, long timeUs) => inner.OnOrderAccepted(accountId, timeUs);

    public void OnUsualAccepted(int accountId) => inner.OnUsualAccepted(accountId);

    public void OnFirstFill(int accountId, bool isMaker, long timeUs) => inner.OnFirstFill(accountId, isMaker, timeUs);

    public void OnTrades(Symbol symbol, long firstPrice, long lastPrice, long turnover, long quantity, long timeUs) =>
        inner.OnTrades(symbol, firstPrice, lastPrice, turnover, quantity, timeUs);

    public void Prefetch(int accountId, int symbolId) => inner.Prefetch(accountId, symbolId);

    public void AddTo(ref StateHash hash) => inner.AddTo(ref hash);

    public void Save(SnapshotWriter writer) => inner.Save(writer);

    public void Load(SnapshotReader reader) => inner.Load(reader);
}
