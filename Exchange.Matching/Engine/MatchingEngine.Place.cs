using System.Runtime.CompilerServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Place(ref CommandSlot order, long timeUs, ref RecordWriter record)
    {
        var reason = CheckPlace(ref order, timeUs, out var found);
        Planted.Let(PlantedBug.DuplicateClientOrderIdTaken, ref reason, reason == RejectReason.DuplicateClientOrderId ? RejectReason.None : reason);
        Planted.Let(PlantedBug.QuarantineForgotten, ref reason, reason == RejectReason.AccountCancelOnly ? RejectReason.None : reason);
        Planted.Let(PlantedBug.PostOnlyTrades, ref reason, reason == RejectReason.WouldImmediatelyMatch ? RejectReason.None : reason);
        Planted.Let(PlantedBug.FokFillsPartly, ref order.TimeInForce, order.TimeInForce == TimeInForce.Fok ? TimeInForce.Ioc : order.TimeInForce);
        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        var book = _books[order.SymbolId];
        var symbol = book.Symbol;
        Planted.Let(PlantedBug.OverdraftAllowed, ref found.Held, Math.Min(found.Held, _ledger.Free(order.AccountId, symbol.PaidAssetId(order.Side))));
        if (found.AccountOrders == 0 && _ledger.Free(order.AccountId, symbol.PaidAssetId(order.Side)) >= found.Held)
        {
            // Not before it is known that it stays: nobody fills memory by what is refused.
            found.AccountOrders = AddAccountOrders(order.AccountId, symbol);
        }

        BeginChange();
        if (found.AccountOrders == 0 || !_ledger.TryHold(_orders.OrdersOf(found.AccountOrders).PaidFunds(order.Side), found.Held))
        {
            record.Reject(RejectReason.InsufficientBalance);
            return;
        }

        var orderId = ++_lastOrderId;
        var restsWhole = order.TimeInForce == TimeInForce.Gtc && order.OrderType != OrderType.Market && !book.Crosses(order.Side, order.Price);
        _risk.OnOrderAccepted(order.AccountId, timeUs);
        AppendOrderAccepted(ref record, orderId, found.Held, restsWhole);
        if (restsWhole)
        {
            var slot = _orders.Add(orderId, found.AccountOrders, in order.ClientOrderIdInPlace, found.ClientHash, out _);
            ref var resting = ref _orders[slot];
            resting.Price = order.Price;
            resting.Leaves = found.Lots;
            resting.SetKind(order.Side, order.OrderType, hasFills: false);
            book.AddLast(slot);
            AppendBookUpdated(book, ref record);
            return;
        }

        Take(book, ref order, orderId, in found, timeUs, ref record);
    }

    /// <summary>A new order that may trade at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Take(SymbolBook book, ref CommandSlot order, long orderId, in PlaceFindings found, long timeUs, ref RecordWriter record)
    {
        SetTaker(ref order, orderId, found.AccountOrders, found.Lots, found.Held);
        ref var taker = ref _taker;
        if (order.OrderType == OrderType.Market)
        {
            taker.LimitKey = long.MaxValue;
            taker.LevelsLeft = _sweepLevelLimit;
            taker.ExpiresWhenDone = found.IsExhausted;
        }

        if (order.TimeInForce == TimeInForce.Fok && !CanFillWhole(book, order.Side, taker.LimitKey, found.Lots))
        {
            Expire(book, ExpireReason.UnfilledFok, ref record);
            return;
        }

        Match(book, timeUs, bookChanged: false, ref record);
    }

    /// <summary>A new order becomes the taker: so far, one with a price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetTaker(ref CommandSlot order, long orderId, int accountOrders, long lots, long held)
    {
        // Why field by field: a new value would be built elsewhere and read back in large pieces before its small ones are written.
        ref var taker = ref _taker;
        taker.OrderId = orderId;
        taker.AccountId = order.AccountId;
        taker.AccountOrders = accountOrders;
        taker.SymbolId = order.SymbolId;
        taker.Side = order.Side;
        taker.Type = order.OrderType;
        taker.TimeInForce = order.TimeInForce;
        taker.Price = order.Price;
        taker.LimitKey = _books[order.SymbolId].KeyOf(order.Side.Opposite(), order.Price);
        taker.Leaves = lots;
        taker.Held = held;
        taker.LevelsLeft = int.MaxValue;
        taker.LastTradePrice = 0;
        taker.MovedSlot = 0;
        taker.HasFills = false;
        taker.ExpiresWhenDone = false;
        taker.ClientOrderId = order.ClientOrderIdInPlace;
    }

    /// <summary>What the checks of a new order found out, for what follows them.</summary>
    private struct PlaceFindings
    {
        /// <summary>The order's quantity.</summary>
        public long Lots;

        /// <summary>What it needs, units of the paid asset.</summary>
        public long Held;

        /// <summary>A market order by quote amount whose money outlasts the book.</summary>
        public bool IsExhausted;

        /// <summary>Of account and client id: see <see cref="OrderStore.HashOf"/>.</summary>
        public uint ClientHash;

        /// <summary>Index of the account's orders on the symbol, 0 when it never had one.</summary>
        public int AccountOrders;
    }

    /// <summary>
    /// Everything that can refuse a new order but a lack of funds, which is the last thing to be checked, in the order in which the first
    /// failure counts; changes nothing.
    /// </summary>
    private RejectReason CheckPlace(ref CommandSlot order, long timeUs, out PlaceFindings found)
    {
        found = default;
        found.Lots = order.Quantity;
        var reason = CheckMayTrade(order.AccountId, order.SymbolId);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (!order.IsPlainLimit || order.Quantity <= 0 || order.Price <= 0)
        {
            reason = CheckShape(ref order);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        var book = _books[order.SymbolId];
        var symbol = book.Symbol;
        found.AccountOrders = _orders.FindAccountOrders(order.Owner);
        var openOrders = _orders.OrdersOf(found.AccountOrders).Count;
        reason = _risk.CheckNewOrder(in order, symbol, ref book.AllowedPrices, openOrders, timeUs);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (_orders.Count >= _restingOrderLimit
            && (order.OrderType == OrderType.LimitMaker || (order.OrderType == OrderType.Limit && order.TimeInForce == TimeInForce.Gtc)))
        {
            return RejectReason.TooManyRestingOrders;
        }

        found.ClientHash = OrderStore.HashOf(order.AccountId, order.ClientHash);
        if (found.ClientHash != 0 && _orders.Find(order.AccountId, in order.ClientOrderIdInPlace, found.ClientHash) != 0)
        {
            return RejectReason.DuplicateClientOrderId;
        }

        if (order.OrderType == OrderType.Limit)
        {
            found.Held = symbol.HoldFor(order.Side, order.Price, order.Quantity);
            return RejectReason.None;
        }

        return CheckOther(book, ref order, ref found);
    }

    /// <summary>What is particular to an order that is no plain limit order.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CheckOther(SymbolBook book, ref CommandSlot order, ref PlaceFindings found)
    {
        if (order.OrderType == OrderType.Market)
        {
            return CheckMarket(book, ref order, out found.Lots, out found.Held, out found.IsExhausted);
        }

        found.Held = book.Symbol.HoldFor(order.Side, order.Price, order.Quantity);
        return book.Crosses(order.Side, order.Price) ? RejectReason.WouldImmediatelyMatch : RejectReason.None;
    }

    /// <summary>An account's first order on a symbol; both exist.</summary>
    private int AddAccountOrders(int accountId, Symbol symbol) => _orders.AddAccountOrders(
        OrderStore.OwnerOf(accountId, symbol.Id), _ledger.PlaceOf(accountId, symbol.QuoteAssetId), _ledger.PlaceOf(accountId, symbol.BaseAssetId));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason CheckMayTrade(int accountId, int symbolId)
    {
        if ((uint)symbolId >= (uint)_books.Length)
        {
            return RejectReason.UnknownSymbol;
        }

        if (accountId <= 0 || accountId > _ledger.AccountCount)
        {
            return RejectReason.UnknownAccount;
        }

        if (_books[symbolId].IsCancelOnly)
        {
            return RejectReason.MarketClosed;
        }

        return IsCancelOnly(accountId) ? RejectReason.AccountCancelOnly : RejectReason.None;
    }

    private static RejectReason CheckShape(ref CommandSlot order)
    {
        if (order.Side > Side.Sell)
        {
            return RejectReason.InvalidSide;
        }

        if (order.OrderType is < OrderType.Limit or > OrderType.Market
            || (order.Flags & ~OrderFlags.QuoteQuantity) != 0
            || ((order.Flags & OrderFlags.QuoteQuantity) != 0 && order.OrderType != OrderType.Market))
        {
            return RejectReason.InvalidOrderType;
        }

        if (order.TimeInForce is < TimeInForce.Gtc or > TimeInForce.Fok
            || (order.OrderType != OrderType.Limit && order.TimeInForce != TimeInForce.Gtc))
        {
            return RejectReason.InvalidTimeInForce;
        }

        if (order.Quantity <= 0)
        {
            return RejectReason.InvalidQuantity;
        }

        return order.OrderType == OrderType.Market ? order.Price == 0 ? RejectReason.None : RejectReason.InvalidPrice
            : order.Price > 0 ? RejectReason.None : RejectReason.InvalidPrice;
    }

    /// <summary>Finds out what a market order trades and needs; a quote amount becomes lots here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CheckMarket(SymbolBook book, ref CommandSlot order, out long lots, out long held, out bool isExhausted)
    {
        lots = order.Quantity;
        held = 0;
        isExhausted = false;
        var symbol = book.Symbol;
        var byQuote = (order.Flags & OrderFlags.QuoteQuantity) != 0;
        if (!byQuote && order.Side == Side.Sell)
        {
            held = symbol.BaseAmount(lots);
            return RejectReason.None;
        }

        var sweep = book.LookThrough(
            order.Side, long.MaxValue, byQuote ? long.MaxValue : lots, byQuote ? order.Quantity : long.MaxValue, _sweepLevelLimit);
        if (byQuote)
        {
            lots = sweep.Lots;
            isExhausted = sweep.IsExhausted;
            if (lots < symbol.MinQuantity)
            {
                return RejectReason.InsufficientLiquidityForLot;
            }

            if (lots < symbol.MarketMinQuantity)
            {
                return RejectReason.InsufficientLiquidityForMarketLot;
            }

            if (lots > symbol.MarketMaxQuantity)
            {
                return lots > symbol.MaxQuantity ? RejectReason.LotSize : RejectReason.MarketLotSize;
            }
        }

        held = order.Side == Side.Buy ? sweep.Quote : symbol.BaseAmount(lots);
        return RejectReason.None;
    }

    private bool CanFillWhole(SymbolBook book, Side side, long limitKey, long lots) =>
        book.LookThrough(side, limitKey, lots, long.MaxValue, _sweepLevelLimit).Lots == lots;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AppendOrderAccepted(ref RecordWriter record, long orderId, long held, bool restsWhole)
    {
        ref var accepted = ref record.Add<OrderAccepted>();
        accepted.Type = EventType.OrderAccepted;
        accepted.RestsWhole = restsWhole ? (byte)1 : (byte)0;
        accepted.OrderId = orderId;
        accepted.Held = held;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AppendBookUpdated(SymbolBook book, ref RecordWriter record)
    {
        ref var updated = ref record.Add<BookUpdated>();
        updated.Type = EventType.BookUpdated;
        updated.UpdateId = ++book.LastUpdateId;
    }
}
