using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// Filters and limits as the engine holds them. A struct, so that the JIT compiles an engine loop of its own for it and the calls
/// inline. Engine thread only; a default value has no state behind it and must not be used.
/// </summary>
public readonly struct RiskPort : IRisk, IReservesMemory
{
    private readonly RiskState _state;

    internal RiskPort(RiskState state) => _state = state;

    /// <summary>The state itself, for tests and checks.</summary>
    internal RiskState State => _state;

    public void AddSymbol(Symbol symbol) => _state.AddSymbol(symbol);

    public void OpenAccount(int accountId, int orderLimitPer10Seconds, int orderLimitPerDay) =>
        _state.OpenAccount(accountId, orderLimitPer10Seconds, orderLimitPerDay);

    public void SetOrderLimits(int accountId, int per10Seconds, int perDay) => _state.SetOrderLimits(accountId, per10Seconds, perDay);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AllowsUsual(in CommandSlot order, in SymbolNumbers symbol, in AllowedPrices prices, long notional, int openOrders, long timeUs) =>
        _state.AllowsUsual(in order, in symbol, in prices, notional, openOrders, timeUs);

    public RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, ref AllowedPrices prices, int openOrders, long timeUs) =>
        _state.CheckNewOrder(in order, symbol, ref prices, openOrders, timeUs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AllowsUsualMove(in SymbolNumbers symbol, in AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs) =>
        RiskState.AllowsUsualMove(in symbol, in prices, side, newPrice, leaves, timeUs);

    public RejectReason CheckMove(Symbol symbol, ref AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs) =>
        _state.CheckMove(symbol, ref prices, side, newPrice, leaves, timeUs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnUsualAccepted(int accountId) => _state.OnUsualAccepted(accountId);

    public void OnOrderAccepted(int accountId, long timeUs) => _state.OnOrderAccepted(accountId, timeUs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnFirstFill(int accountId, bool isMaker, long timeUs) => _state.OnFirstFill(accountId, isMaker, timeUs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnTrades(Symbol symbol, ref AllowedPrices prices, long firstPrice, long lastPrice, long turnover, long quantity, long timeUs) =>
        _state.OnTrades(symbol, ref prices, firstPrice, lastPrice, turnover, quantity, timeUs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int accountId) => _state.Prefetch(accountId);

    public void ReleaseMemory() => _state.ReleaseMemory();

    public void AddTo(ref StateHash hash) => _state.AddTo(ref hash);

    public void Save(SnapshotWriter writer) => _state.Save(writer);

    public void Load(SnapshotReader reader) => _state.Load(reader);
}
