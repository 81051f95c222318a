using Exchange.Matching.Book;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>
    /// Trades the taker against the other side, best price first, oldest order first, until it is done, meets its limit, or has used up
    /// the bound of work; then settles what becomes of the rest.
    /// </summary>
    private void Match(SymbolBook book, long timeUs, bool bookChanged, ref RecordWriter record)
    {
        ref var taker = ref _taker;
        ref var makers = ref book.Ladder(taker.Side.Opposite());
        var work = _workLimit;
        var limitKey = Math.Min(taker.LimitKey, PriceLadder.MaxKey);
        var trades = default(TradeSums);
        while (taker.Leaves > 0 && makers.BestKey <= limitKey && taker.LevelsLeft > 0 && work > 0)
        {
            var key = makers.BestKey;
            if (TradeAtLevel(book, makers.LevelAt(key), book.PriceOf(taker.Side.Opposite(), key), timeUs, ref work, ref trades, ref record))
            {
                makers.Vacate(key, isEmpty: true);
                taker.LevelsLeft--;
            }
        }

        if (trades.Lots > 0)
        {
            bookChanged = true;
            SettleTaker(book, timeUs, in trades);
        }

        if (work == 0 && taker.Leaves > 0 && makers.BestKey <= limitKey && taker.LevelsLeft > 0)
        {
            Suspend(PendingKind.Taker, taker.AccountId, taker.SymbolId);
            bookChanged = true;
        }
        else
        {
            bookChanged |= Conclude(book, ref record);
        }

        if (bookChanged)
        {
            AppendBookUpdated(book, ref record);
        }
    }

    /// <summary>What a taker's trades come to, until it is settled: with them all, once.</summary>
    private struct TradeSums
    {
        public long FirstPrice;
        public long Lots;

        /// <summary>Sum of ticks x lots. Somebody holds what is paid for it, and that is less than 2^62 units of any asset.</summary>
        public long Turnover;
        public long MakerFees;
        public long TakerFees;
    }

    private void SettleTaker(SymbolBook book, long timeUs, in TradeSums trades)
    {
        ref readonly var symbol = ref book.Numbers;
        ref var taker = ref _taker;
        ref readonly var accountOrders = ref _orders.OrdersOf(taker.AccountOrders);
        var (quote, coin) = (trades.Turnover * symbol.QuoteUnitsPerTickLot, symbol.BaseAmount(trades.Lots));
        var (paid, received) = taker.Side == Side.Buy ? (quote, coin) : (coin, quote);
        taker.Held -= paid;
        _ledger.SettleTaker(new TakerSettlement
        {
            PaidFrom = accountOrders.PaidFunds(taker.Side),
            PaidAssetId = symbol.PaidAssetId(taker.Side),
            ReceivedIn = accountOrders.ReceivedFunds(taker.Side),
            ReceivedAssetId = symbol.PaidAssetId(taker.Side.Opposite()),
            Paid = paid,
            MakerFees = trades.MakerFees,
            Received = received,
            TakerFees = trades.TakerFees,
        });
        if (!taker.HasFills)
        {
            taker.HasFills = true;
            _risk.OnFirstFill(taker.AccountId, isMaker: false, timeUs);
        }

        _risk.OnTrades(book.Symbol, ref book.AllowedPrices, trades.FirstPrice, taker.LastTradePrice, trades.Turnover, trades.Lots, timeUs);
    }

    /// <summary>
    /// Trades the taker with the orders of the best level, oldest first, until one of the two is used up, or the bound of work; returns whether
    /// the level is, which then is all zero, and which the caller takes out of its ladder.
    /// </summary>
    private bool TradeAtLevel(SymbolBook book, PriceLevel* level, long price, long timeUs, ref int work, ref TradeSums sums, ref RecordWriter record)
    {
        // Safety: the level is in the ladder, its orders are in the book; no level comes or goes in here, and no store moves what it holds.
        ref var taker = ref _taker;
        ref readonly var symbol = ref book.Numbers;
        var orders = _orders.Start;
        var takerSide = taker.Side;
        var makerSide = takerSide.Opposite();
        if (taker.LastTradePrice != price)
        {
            taker.LastTradePrice = price;
            book.LastAggregateTradeId++;
        }

        Planted.PutLastFirst(PlantedBug.NewestOrderFirst, level, orders);
        var takerPaysPerLot = symbol.HoldFor(takerSide, price, 1);
        var makerPaysPerLot = symbol.HoldFor(makerSide, price, 1);
        var tradeId = book.LastTradeId;
        var leaves = taker.Leaves;
        var (lots, makerFees, takerFees) = (0L, 0L, 0L);
        var slot = level->First;
        while (true)
        {
            var maker = orders + slot;
            var next = maker->Next;

            // Most likely the next trade's maker.
            Prefetch.Line(orders + next);
            var quantity = Math.Min(leaves, maker->Leaves);
            var isFilled = quantity == maker->Leaves;
            var (takerPays, makerPays) = (quantity * takerPaysPerLot, quantity * makerPaysPerLot);
            var makerFee = _ledger.Fee(maker->AccountId, in symbol, isMaker: true, takerPays);
            var takerFee = _ledger.Fee(taker.AccountId, in symbol, isMaker: false, makerPays);
            Planted.Let(PlantedBug.DoubleFee, ref takerFee, Math.Min(2 * takerFee, makerPays));
            Planted.Let(PlantedBug.FeeRoundedDown, ref makerFee, Math.Max(0, makerFee - 1));
            ref readonly var makerOrders = ref _orders.OrdersOf(maker->AccountOrders);
            _ledger.SettleMaker(makerOrders.PaidFunds(makerSide), makerPays, makerOrders.ReceivedFunds(makerSide), takerPays - makerFee);

            ref var trade = ref record.Add<TradeExecuted>();
            trade.Type = EventType.TradeExecuted;
            trade.Flags = (takerSide == Side.Sell ? TradeFlags.TakerSells : TradeFlags.None) | (isFilled ? TradeFlags.MakerFilled : TradeFlags.None);
            trade.MakerAccountId = maker->AccountId;
            trade.MakerOrderId = maker->OrderId;
            trade.TradeId = ++tradeId;
            trade.AggregateTradeId = book.LastAggregateTradeId;
            trade.Price = price;
            trade.Quantity = quantity;
            trade.MakerFee = makerFee;
            trade.TakerFee = takerFee;
            if (!maker->HasFills)
            {
                maker->HasFills = true;
                _risk.OnFirstFill(maker->AccountId, isMaker: true, timeUs);
            }

            leaves -= quantity;
            lots += quantity;
            makerFees += makerFee;
            takerFees += takerFee;
            work--;
            if (!isFilled)
            {
                maker->Leaves -= quantity;
                break;
            }

            _orders.Remove(slot);
            slot = next;
            if (slot == 0 || leaves == 0 || work == 0)
            {
                break;
            }
        }

        book.LastTradeId = tradeId;
        taker.Leaves = leaves;
        sums.FirstPrice = sums.Lots == 0 ? price : sums.FirstPrice;
        sums.Lots += lots;
        sums.Turnover += price * lots;
        sums.MakerFees += makerFees;
        sums.TakerFees += takerFees;
        level->Quantity -= lots;
        if (slot == 0)
        {
            Invariant.That(level->Quantity == 0, "a level without orders has no quantity");
            *level = default;
            return true;
        }

        level->First = slot;
        orders[slot].Previous = 0;
        return false;
    }

    /// <summary>The taker trades no further: it is filled, rests, or expires. Returns whether it rests.</summary>
    private bool Conclude(SymbolBook book, ref RecordWriter record)
    {
        ref var taker = ref _taker;
        if (taker.Leaves == 0 && !taker.ExpiresWhenDone)
        {
            var released = ReleaseRest(book, stillNeeded: 0);
            ref var filled = ref record.Add<OrderFilled>();
            filled.Type = EventType.OrderFilled;
            filled.OrderId = taker.OrderId;
            filled.Released = released;
            if (taker.MovedSlot != 0)
            {
                _orders.Remove(taker.MovedSlot);
            }
        }
        else if (taker.Type == OrderType.Market)
        {
            Expire(book, ExpireReason.InsufficientLiquidity, ref record);
        }
        else if (taker.TimeInForce != TimeInForce.Gtc)
        {
            Expire(book, ExpireReason.UnfilledIoc, ref record);
        }
        else
        {
            RestTaker(book, ref record);
            return true;
        }

        return false;
    }

    private void RestTaker(SymbolBook book, ref RecordWriter record)
    {
        ref var taker = ref _taker;
        var released = ReleaseRest(book, book.Numbers.HoldFor(taker.Side, taker.Price, taker.Leaves));
        ref var rested = ref record.Add<OrderRested>();
        rested.Type = EventType.OrderRested;
        rested.OrderId = taker.OrderId;
        rested.Leaves = taker.Leaves;
        rested.Released = released;
        var slot = taker.MovedSlot;
        if (slot == 0)
        {
            slot = _orders.Add(taker.OrderId, taker.AccountOrders, in taker.ClientOrderId);
        }

        ref var order = ref _orders[slot];
        order.Price = taker.Price;
        order.Leaves = taker.Leaves;
        order.SetKind(taker.Side, taker.Type, taker.HasFills);
        book.AddLast(slot);
    }

    private void Expire(SymbolBook book, ExpireReason reason, ref RecordWriter record)
    {
        var released = ReleaseRest(book, stillNeeded: 0);
        ref var expired = ref record.Add<OrderExpired>();
        expired.Type = EventType.OrderExpired;
        expired.Reason = reason;
        expired.OrderId = _taker.OrderId;
        expired.Leaves = _taker.Leaves;
        expired.Released = released;
    }

    /// <summary>Gives back what is held beyond <paramref name="stillNeeded"/>; returns it.</summary>
    private long ReleaseRest(SymbolBook book, long stillNeeded)
    {
        var released = _taker.Held - stillNeeded;
        Invariant.That(released >= 0, "an order never spends more than it holds");
        _ledger.Release(_orders.OrdersOf(_taker.AccountOrders).PaidFunds(_taker.Side), book.Numbers.PaidAssetId(_taker.Side), released);
        _taker.Held = stillNeeded;
        return released;
    }

    /// <summary>Leaves the rest of the work to <see cref="ContinueWork"/>.</summary>
    private void Suspend(PendingKind kind, int accountId, int symbolId)
    {
        _pending = kind;
        _pendingAccountId = accountId;
        _pendingSymbolId = symbolId;
    }

    private void ContinueWork(long timeUs, ref RecordWriter record)
    {
        BeginChange();
        var pending = _pending;
        _pending = PendingKind.None;
        var book = _books[_pendingSymbolId];
        if (pending == PendingKind.Taker)
        {
            Match(book, timeUs, bookChanged: false, ref record);
        }
        else
        {
            CancelSome(book, _orders.FindAccountOrders(_pendingAccountId, _pendingSymbolId), ref record);
            if (pending == PendingKind.CancelOrders)
            {
                SuspendCancelOrders(fromSymbolId: _pendingSymbolId);
            }
        }
    }

    /// <summary>Gives up what a suspended command left: an order's rest expires, the rest of a mass cancel stays open.</summary>
    private void AbandonWork(ref RecordWriter record)
    {
        BeginChange();
        var pending = _pending;
        _pending = PendingKind.None;
        if (pending == PendingKind.Taker)
        {
            Expire(_books[_pendingSymbolId], ExpireReason.ExchangeCanceled, ref record);
            if (_taker.MovedSlot != 0)
            {
                _orders.Remove(_taker.MovedSlot);
            }
        }
    }
}
