using System.Runtime.CompilerServices;
using Exchange.Matching.Book;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>Fills that are found, settled and removed together: enough to fill the processor's window, few enough to stay in its first cache.</summary>
    private const int FillsAtOnce = 32;

    /// <summary>
    /// Trades the taker against the other side, best price first, oldest order first, until it is done, meets its limit, or has used up
    /// the bound of work; then settles what becomes of the rest.
    /// <para>
    /// In three passes over some fills at a time: find them, settle them, take what is filled out of the store. Why not one fill after the other: each pass
    /// has few numbers to keep at hand, so they stay in registers, and the lines that one fill waits for are fetched while the processor works on others.
    /// </para>
    /// </summary>
    private void Match(SymbolBook book, long timeUs, bool bookChanged, ref RecordWriter record)
    {
        ref var taker = ref _taker;
        ref var makers = ref book.Ladder(taker.Side.Opposite());
        var work = _workLimit;
        var limitKey = Math.Min(taker.LimitKey, PriceLadder.MaxKey);
        var leaves = taker.Leaves;
        var trades = default(TradeSums);
        var fills = stackalloc Fill[FillsAtOnce];
        int count;
        do
        {
            count = FindFills(book, ref makers, limitKey, fills, Math.Min(work, FillsAtOnce));
            if (count == 0)
            {
                break;
            }

            if (trades.FirstPrice == 0)
            {
                trades.FirstPrice = fills->Price;
            }

            SettleFills(book, fills, count, timeUs, &trades, ref record);
            RemoveFilled(fills, count);
            work -= count;
        }
        while (count == FillsAtOnce);

        trades.Lots = leaves - taker.Leaves;
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
        var list = _orders.Lists + taker.AccountOrders;
        var pays = taker.Side.Index();
        var (quote, coin) = (trades.Turnover * symbol.QuoteUnitsPerTickLot, symbol.BaseAmount(trades.Lots));
        var paid = coin ^ ((coin ^ quote) & taker.Side.BuyMask());
        var received = coin ^ quote ^ paid;
        taker.Held -= paid;
        _ledger.SettleTaker(new TakerSettlement
        {
            PaidFrom = list->Funds(pays),
            PaidAssetId = symbol.AssetId(pays),
            ReceivedIn = list->Funds(pays ^ 1),
            ReceivedAssetId = symbol.AssetId(pays ^ 1),
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
    /// Matches the taker with the orders of the best levels, oldest first, until one of the two is used up, or the room for fills. Behind it levels and
    /// leaves are as after the trades, the filled makers are out of their levels, and the rest is left to the other passes. Returns the number of fills.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindFills(SymbolBook book, ref PriceLadder makers, long limitKey, Fill* fills, int room)
    {
        // Safety: levels are in the ladder, their orders in the book; no level comes or goes while one is looked at, and no store moves what it holds.
        ref var taker = ref _taker;
        var orders = _orders.Start;
        var leaves = taker.Leaves;
        var filled = TradeFlags.MakerFilled | (taker.Side == Side.Sell ? TradeFlags.TakerSells : TradeFlags.None);
        var end = fills + room;
        var fill = fills;
        while (leaves > 0 && fill != end && taker.LevelsLeft > 0)
        {
            var key = makers.BestKey;
            if (key > limitKey)
            {
                break;
            }

            var isWide = makers.TryFindWide(key, out var leaf);
            var level = isWide ? Leaf.WideLevel(leaf, key) : makers.LevelAt(key);
            Planted.PutLastFirst(PlantedBug.NewestOrderFirst, level, orders);
            var price = book.PriceOf(taker.Side.Opposite(), key);
            var before = leaves;
            var slot = level->First;
            do
            {
                var maker = orders + slot;
                var quantity = maker->Leaves;
                fill->MakerSlot = slot;
                fill->Flags = filled;
                fill->Price = price;
                fill->Quantity = quantity;
                if (quantity > leaves)
                {
                    maker->Leaves = quantity - leaves;
                    fill->Flags = filled & ~TradeFlags.MakerFilled;
                    fill->Quantity = leaves;
                    leaves = 0;
                    fill++;
                    break;
                }

                leaves -= quantity;
                fill++;
                slot = maker->Next;
            }
            while (slot != 0 && leaves != 0 && fill != end);

            level->Quantity -= before - leaves;
            if (slot != 0)
            {
                level->First = slot;
                orders[slot].Previous = 0;
                break;
            }

            Invariant.That(level->Quantity == 0, "a level without orders has no quantity");
            *level = default;
            taker.LevelsLeft--;
            if (isWide)
            {
                makers.VacateBest(leaf, key);
            }
            else
            {
                makers.Vacate(key, isEmpty: true);
            }
        }

        taker.Leaves = leaves;
        return (int)(fill - fills);
    }

    /// <summary>Settles the makers' side of fills and writes their trades; what the taker's side comes to is added to <paramref name="sums"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SettleFills(SymbolBook book, Fill* fills, int count, long timeUs, TradeSums* sums, ref RecordWriter record)
    {
        // Safety: the makers are still in the store, which moves nothing; there is room for as many trades as fills.
        ref var taker = ref _taker;
        ref readonly var symbol = ref book.Numbers;
        var orders = _orders.Start;
        var lists = _orders.Lists;
        var makerPaysWith = taker.Side.Opposite().Index();
        var buyMask = taker.Side.BuyMask();
        var (tradeId, aggregateTradeId, lastPrice) = (book.LastTradeId, book.LastAggregateTradeId, taker.LastTradePrice);
        ref var trade = ref record.Add<TradeExecuted>(count);
        for (Fill* fill = fills, end = fills + count; fill != end; fill++)
        {
            var maker = orders + fill->MakerSlot;
            var (price, quantity) = (fill->Price, fill->Quantity);
            var turnover = price * quantity;
            var (quote, coin) = (turnover * symbol.QuoteUnitsPerTickLot, symbol.BaseAmount(quantity));

            // Where the taker buys, it pays the quote amount.
            var takerPays = coin ^ ((coin ^ quote) & buyMask);
            var makerPays = coin ^ quote ^ takerPays;
            var makerFee = _ledger.Fee(maker->AccountId, in symbol, isMaker: true, takerPays);
            var takerFee = _ledger.Fee(taker.AccountId, in symbol, isMaker: false, makerPays);
            Planted.Let(PlantedBug.DoubleFee, ref takerFee, Math.Min(2 * takerFee, makerPays));
            Planted.Let(PlantedBug.FeeRoundedDown, ref makerFee, Math.Max(0, makerFee - 1));
            var list = lists + maker->AccountOrders;
            _ledger.SettleMaker(list->Funds(makerPaysWith), makerPays, list->Funds(makerPaysWith ^ 1), takerPays - makerFee);
            sums->Turnover += turnover;
            sums->MakerFees += makerFee;
            sums->TakerFees += takerFee;

            aggregateTradeId += price == lastPrice ? 0 : 1;
            lastPrice = price;
            trade.Type = EventType.TradeExecuted;
            trade.Flags = fill->Flags;
            trade.MakerAccountId = maker->AccountId;
            trade.MakerOrderId = maker->OrderId;
            trade.TradeId = ++tradeId;
            trade.AggregateTradeId = aggregateTradeId;
            trade.Price = price;
            trade.Quantity = quantity;
            trade.MakerFee = makerFee;
            trade.TakerFee = takerFee;
            trade = ref Unsafe.Add(ref trade, 1);
        }

        (book.LastTradeId, book.LastAggregateTradeId, taker.LastTradePrice) = (tradeId, aggregateTradeId, lastPrice);
        for (Fill* fill = fills, end = fills + count; fill != end; fill++)
        {
            var maker = orders + fill->MakerSlot;
            if (!maker->HasFills)
            {
                maker->HasFills = true;
                _risk.OnFirstFill(maker->AccountId, isMaker: true, timeUs);
            }
        }
    }

    /// <summary>Takes the filled makers, which are out of their levels, out of the store.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveFilled(Fill* fills, int count)
    {
        // Only the last one may have something left.
        count -= (fills[count - 1].Flags & TradeFlags.MakerFilled) != 0 ? 0 : 1;
        for (Fill* fill = fills, end = fills + count; fill != end; fill++)
        {
            _orders.Remove(fill->MakerSlot);
        }
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
        _ledger.Release(_orders.OrdersOf(_taker.AccountOrders).PaidFunds(_taker.Side), released);
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
