using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>The given risk port with a changed rule, where it applies: an odd number of lots is refused.</summary>
internal readonly struct ChangedRisk<T>(T inner, Func<bool> applies) : IRisk
    where T : struct, IRisk
{
    public RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, ref AllowedPrices prices, int openOrders, long timeUs)
    {
        var reason = inner.CheckNewOrder(in order, symbol, ref prices, openOrders, timeUs);
        return reason == RejectReason.None && applies() && order.Quantity % 2 != 0 ? RejectReason.LotSize : reason;
    }

    public bool AllowsUsual(in CommandSlot order, in SymbolNumbers symbol, in AllowedPrices prices, long notional, int openOrders, long timeUs) =>
        inner.AllowsUsual(in order, in symbol, in prices, notional, openOrders, timeUs) && !(applies() && order.Quantity % 2 != 0);

    public void AddSymbol(Symbol symbol) => inner.AddSymbol(symbol);

    public void OpenAccount(int accountId, int orderLimitPer10Seconds, int orderLimitPerDay) =>
        inner.OpenAccount(accountId, orderLimitPer10Seconds, orderLimitPerDay);

    public void SetOrderLimits(int accountId, int per10Seconds, int perDay) => inner.SetOrderLimits(accountId, per10Seconds, perDay);

    public RejectReason CheckMove(Symbol symbol, ref AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs) =>
        inner.CheckMove(symbol, ref prices, side, newPrice, leaves, timeUs);

    public bool AllowsUsualMove(in SymbolNumbers symbol, in AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs) =>
        inner.AllowsUsualMove(in symbol, in prices, side, newPrice, leaves, timeUs);

    public void OnOrderAccepted(int accountId, long timeUs) => inner.OnOrderAccepted(accountId, timeUs);

    public void OnUsualAccepted(int accountId) => inner.OnUsualAccepted(accountId);

    public void OnFirstFill(int accountId, bool isMaker, long timeUs) => inner.OnFirstFill(accountId, isMaker, timeUs);

    public void OnTrades(Symbol symbol, ref AllowedPrices prices, long firstPrice, long lastPrice, long turnover, long quantity, long timeUs) =>
        inner.OnTrades(symbol, ref prices, firstPrice, lastPrice, turnover, quantity, timeUs);

    public void Prefetch(int accountId) => inner.Prefetch(accountId);

    public void AddTo(ref StateHash hash) => inner.AddTo(ref hash);

    public void Save(SnapshotWriter writer) => inner.Save(writer);

    public void Load(SnapshotReader reader) => inner.Load(reader);
}
