using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// Filters, limits and what they depend on: order counts by account, reference prices by symbol. Engine thread only; reached through
/// <see cref="RiskPort"/>. Checks change nothing; nothing allocates but adding symbols and opening accounts.
/// </summary>
internal sealed class RiskState : ISnapshotState
{
    private const int SnapshotVersion = 1;
    private const int MaxSymbols = TradingCommandCodec.NoSymbol;

    private readonly OrderCounter _counter = new();
    private ReferencePrice[] _references = [];

    private int _symbolCount;

    /// <inheritdoc cref="Matching.Ports.IReservesMemory.ReleaseMemory"/>
    public void ReleaseMemory() => _counter.ReleaseMemory();

    public void AddSymbol(Symbol symbol)
    {
        Invariant.That(symbol.Id == _symbolCount, "symbols are added in the order of their ids");
        if (_symbolCount == _references.Length)
        {
            Array.Resize(ref _references, Math.Max(16, _references.Length * 2));
        }

        _references[_symbolCount++] = new ReferencePrice(symbol.Spec.AvgPriceMins);
    }

    public void OpenAccount(int accountId, int orderLimitPer10Seconds, int orderLimitPerDay) =>
        _counter.OpenAccount(accountId, orderLimitPer10Seconds, orderLimitPerDay);

    public void SetOrderLimits(int accountId, int per10Seconds, int perDay) => _counter.SetLimits(accountId, per10Seconds, perDay);

    /// <summary>
    /// Returns whether a plain limit order, good till cancelled or for what trades at once, surely passes all that <see cref="CheckNewOrder"/> asks; false
    /// decides nothing.
    /// </summary>
    /// <param name="notional">The order's; whatever it is while price or quantity pass no filter.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AllowsUsual(in CommandSlot order, in SymbolNumbers symbol, in AllowedPrices prices, long notional, int openOrders, long timeUs) =>
        _counter.HasRoom(order.AccountId, timeUs)
        && prices.Has(order.Side, order.Price, timeUs)
        && order.Quantity >= symbol.MinQuantity && order.Quantity <= symbol.MaxQuantity
        && IsNotionalWithin(in symbol, notional)
        && openOrders < symbol.MaxNumOrders;

    public RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, ref AllowedPrices prices, int openOrders, long timeUs)
    {
        var limit = _counter.Check(order.AccountId, timeUs);
        if (limit != RejectReason.None)
        {
            return limit;
        }

        if (order.OrderType == OrderType.Market)
        {
            return CheckMarket(order, symbol, timeUs);
        }

        var price = CheckPrice(symbol, ref prices, order.Side, order.Price, timeUs);
        if (price != RejectReason.None)
        {
            return price;
        }

        if (order.Quantity < symbol.MinQuantity || order.Quantity > symbol.MaxQuantity)
        {
            return RejectReason.LotSize;
        }

        var notional = symbol.Notional(order.Price, order.Quantity);
        if (!IsNotionalWithin(in symbol.Numbers, notional))
        {
            return BrokenNotional(symbol, notional);
        }

        return order.TimeInForce == TimeInForce.Gtc && openOrders >= symbol.MaxNumOrders ? RejectReason.MaxNumOrders : RejectReason.None;
    }

    /// <summary>Returns whether a move surely passes all that <see cref="CheckMove"/> asks; false decides nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllowsUsualMove(in SymbolNumbers symbol, in AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs) =>
        prices.Has(side, newPrice, timeUs) && IsNotionalWithin(in symbol, symbol.Notional(newPrice, leaves));

    public RejectReason CheckMove(Symbol symbol, ref AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs)
    {
        var price = CheckPrice(symbol, ref prices, side, newPrice, timeUs);
        if (price != RejectReason.None)
        {
            return price;
        }

        var notional = symbol.Notional(newPrice, leaves);
        return IsNotionalWithin(in symbol.Numbers, notional) ? RejectReason.None : BrokenNotional(symbol, notional);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnUsualAccepted(int accountId) => _counter.CountOneMore(accountId);

    public void OnOrderAccepted(int accountId, long timeUs) => _counter.OnOrderAccepted(accountId, timeUs);

    public void OnFirstFill(int accountId, bool isMaker, long timeUs) => _counter.OnFirstFill(accountId, isMaker, timeUs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnTrades(Symbol symbol, ref AllowedPrices prices, long firstPrice, long lastPrice, long turnover, long quantity, long timeUs)
    {
        ReferenceOf(symbol).OnTrades(lastPrice, turnover, quantity, timeUs);

        // All other prices lie between these two.
        prices.OnTrade(firstPrice);
        prices.OnTrade(lastPrice);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int accountId) => _counter.Prefetch(accountId);

    public OrderCounts CountsOf(int accountId, long timeUs) => _counter.CountsOf(accountId, timeUs);

    public void AddTo(ref StateHash hash)
    {
        _counter.AddTo(ref hash);
        hash.Add(_symbolCount);
        foreach (var reference in _references.AsSpan(0, _symbolCount))
        {
            reference.AddTo(ref hash);
        }
    }

    /// <summary>Order counts, then each symbol's reference price.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        _counter.Save(writer);
        writer.Write(_symbolCount);
        foreach (var reference in _references.AsSpan(0, _symbolCount))
        {
            reference.Save(writer);
        }
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("risk", SnapshotVersion);
        _counter.Load(reader);
        _symbolCount = reader.ReadCount(MaxSymbols);
        _references = new ReferencePrice[_symbolCount];
        for (var symbolId = 0; symbolId < _symbolCount; symbolId++)
        {
            _references[symbolId] = ReferencePrice.Read(reader);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNotionalWithin(in SymbolNumbers symbol, long notional) =>
        notional >= symbol.LeastNotional && notional <= symbol.GreatestNotional;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CheckMarket(in CommandSlot order, Symbol symbol, long timeUs)
    {
        if ((order.Flags & OrderFlags.QuoteQuantity) != 0)
        {
            return CheckMarketNotional(symbol, order.Quantity);
        }

        if (order.Quantity < symbol.MinQuantity || order.Quantity > symbol.MaxQuantity)
        {
            return RejectReason.LotSize;
        }

        if (order.Quantity < symbol.MarketMinQuantity || order.Quantity > symbol.MarketMaxQuantity || order.Quantity % symbol.MarketLotStep != 0)
        {
            return RejectReason.MarketLotSize;
        }

        var reference = ReferenceOf(symbol).At(timeUs);
        return reference == 0
            ? RejectReason.None
            : CheckMarketNotional(symbol, (Int128)reference * order.Quantity * symbol.QuoteUnitsPerTickLot);
    }

    private static RejectReason CheckMarketNotional(Symbol symbol, Int128 notional)
    {
        if ((symbol.Spec.ApplyMinToMarket && notional < symbol.MinNotional)
            || (symbol.Spec.ApplyMaxToMarket && symbol.MaxNotional != 0 && notional > symbol.MaxNotional))
        {
            return RejectReason.Notional;
        }

        return symbol.Spec.ApplyMinNotionalFilterToMarket && notional < symbol.MinNotionalFilter ? RejectReason.MinNotional : RejectReason.None;
    }

    /// <summary>Returns which filter a limit order's notional breaks that is not within.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RejectReason BrokenNotional(Symbol symbol, long notional) =>
        notional >= symbol.MinNotional && notional < symbol.MinNotionalFilter ? RejectReason.MinNotional : RejectReason.Notional;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CheckPrice(Symbol symbol, ref AllowedPrices prices, Side side, long price, long timeUs) =>
        prices.Has(side, price, timeUs) ? RejectReason.None
        : price < symbol.MinPrice || price > symbol.MaxPrice ? RejectReason.PriceFilter
        : PercentPriceBySide.Allows(side, price, timeUs, symbol, ReferenceOf(symbol), ref prices) ? RejectReason.None
        : RejectReason.PercentPriceBySide;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReferencePrice ReferenceOf(Symbol symbol)
    {
        Invariant.That((uint)symbol.Id < (uint)_symbolCount, "a reference price belongs to a symbol that exists");
        return _references[symbol.Id];
    }
}
