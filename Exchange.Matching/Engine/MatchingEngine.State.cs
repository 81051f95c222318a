using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>
    /// Returns a hash of the whole state: capacities, symbols, every order in its queue, counters, pending work, risk, ledger.
    /// Equal states have equal hashes on every machine. Walks everything: for tests, recovery and comparison, not per command.
    /// </summary>
    public ulong ComputeStateHash()
    {
        var hash = new StateHash();
        hash.Add(_genesis is null ? 0 : (long)_genesis.Mode);
        hash.Add(_workLimit);
        hash.Add(_sweepLevelLimit);
        hash.Add(_restingOrderLimit);
        hash.Add(_lastOrderId);
        foreach (var asset in _assets)
        {
            hash.Add(asset.Name);
            hash.Add(asset.Scale);
        }

        foreach (var book in _books)
        {
            AddBook(ref hash, book);
        }

        for (var accountId = 1; accountId <= _ledger.AccountCount; accountId++)
        {
            hash.Add((int)_accountRestrictions[accountId]);
        }

        hash.Add(_isVenueHalted ? 1 : 0);
        _operators.AddTo(ref hash);
        _requests.AddTo(ref hash);

        AddPending(ref hash);
        _risk.AddTo(ref hash);
        _ledger.AddTo(ref hash);
        return hash.Value;
    }

    /// <summary>
    /// Checks every link, total and index of books and store, and the ledger against the orders; returns the first fault in words, or null.
    /// Walks everything: for tests.
    /// </summary>
    public string? FindInconsistency()
    {
        var seen = 0;
        var held = new Dictionary<(int AccountId, int AssetId), Int128>();
        foreach (var book in _books)
        {
            if (FindInconsistency(book, Side.Buy, held, ref seen) is { } bidFault)
            {
                return bidFault;
            }

            if (FindInconsistency(book, Side.Sell, held, ref seen) is { } askFault)
            {
                return askFault;
            }

            var bids = book.Ladder(Side.Buy);
            var asks = book.Ladder(Side.Sell);
            var (bid, ask) = (book.PriceOf(Side.Buy, bids.BestKey), book.PriceOf(Side.Sell, asks.BestKey));
            if (!bids.IsEmpty && !asks.IsEmpty && bid >= ask)
            {
                return $"{book.Symbol.Name}: crossed, bid {bid} and ask {ask}";
            }
        }

        var moving = HasPendingWork && _pending == PendingKind.Taker && _taker.MovedSlot != 0 ? 1 : 0;
        if (seen + moving != _orders.Count)
        {
            return $"{seen} orders in the books, {_orders.Count} in the store";
        }

        for (var accountId = 1; accountId <= _ledger.AccountCount; accountId++)
        {
            foreach (var asset in _assets)
            {
                held.TryGetValue((accountId, asset.Id), out var expected);
                if (!HasPendingWork && _ledger.Held(accountId, asset.Id) != expected)
                {
                    return $"account {accountId} holds {_ledger.Held(accountId, asset.Id)} {asset.Name}, its orders need {expected}";
                }
            }
        }

        return _ledger.FindImbalance();
    }

    private void AddBook(ref StateHash hash, SymbolBook book)
    {
        hash.Add(book.Symbol.Name);
        hash.Add(AddSymbolCommand.ToBytes(book.Symbol.Spec));
        hash.Add(book.LastTradeId);
        hash.Add(book.LastAggregateTradeId);
        hash.Add(book.LastUpdateId);
        hash.Add((int)book.Restrictions);
        AddSide(ref hash, book, Side.Buy);
        AddSide(ref hash, book, Side.Sell);
    }

    private void AddSide(ref StateHash hash, SymbolBook book, Side side)
    {
        ref var ladder = ref book.Ladder(side);
        hash.Add(ladder.CountLevels());
        for (var level = ladder.FirstAfter(-1, out var key); level != null; level = ladder.FirstAfter(key, out key))
        {
            hash.Add(book.PriceOf(side, key));
            hash.Add(level->Quantity);
            for (var slot = level->First; slot != 0; slot = _orders[slot].Next)
            {
                ref readonly var order = ref _orders[slot];
                hash.Add(order.OrderId);
                hash.Add(order.Leaves);
                hash.Add(order.AccountId);
                hash.Add(((int)order.Type << 1) | (order.HasFills ? 1 : 0));
                var clientOrderId = _orders.ClientOrderIdOf(slot);
                hash.Add(clientOrderId.Bytes);
            }
        }
    }

    private void AddPending(ref StateHash hash)
    {
        hash.Add((int)_pending);
        if (_pending != PendingKind.None)
        {
            hash.Add(_pendingAccountId);
            hash.Add(_pendingSymbolId);
        }

        if (_pending == PendingKind.CancelOrders)
        {
            hash.Add(_pendingCancel.AccountId);
            hash.Add(_pendingCancel.SymbolId);
        }

        if (_pending == PendingKind.Taker)
        {
            hash.Add(_taker.OrderId);
            hash.Add(_taker.Price);
            hash.Add(_taker.LimitKey);
            hash.Add(_taker.Leaves);
            hash.Add(_taker.Held);
            hash.Add(_taker.LevelsLeft);
            hash.Add(_taker.LastTradePrice);
            hash.Add(((int)_taker.Type << 8) | ((int)_taker.TimeInForce << 4) | ((int)_taker.Side << 2) | (_taker.HasFills ? 2 : 0) | (_taker.ExpiresWhenDone ? 1 : 0));

            // A moved order stands in the store but in no level while it matches.
            hash.Add(_taker.MovedSlot != 0 ? 1 : 0);
            var clientOrderId = _taker.MovedSlot != 0 ? _orders.ClientOrderIdOf(_taker.MovedSlot) : _taker.ClientOrderId;
            hash.Add(clientOrderId.Bytes);
        }
    }

    private string? FindInconsistency(SymbolBook book, Side side, Dictionary<(int AccountId, int AssetId), Int128> held, ref int seen)
    {
        var ladder = book.Ladder(side);
        var paidAsset = book.Symbol.PaidAssetId(side);
        var lastKey = -1L;
        for (var level = ladder.FirstAfter(-1, out var key); level != null; level = ladder.FirstAfter(key, out key))
        {
            var price = book.PriceOf(side, key);
            if (key <= lastKey || ladder.Find(key) != level)
            {
                return $"{book.Symbol.Name} {side}: level {price} is out of order";
            }

            lastKey = key;
            long quantity = 0;
            var count = 0;
            var previous = 0;
            for (var slot = level->First; slot != 0; slot = _orders[slot].Next)
            {
                ref readonly var order = ref _orders[slot];
                if (order.Previous != previous || order.Price != price || order.Side != side
                    || order.SymbolId != book.Symbol.Id || order.Leaves <= 0 || _orders.Find(order.OrderId) != slot)
                {
                    return $"{book.Symbol.Name} {side}: order {order.OrderId} at {price} is linked wrongly";
                }

                if (_orders.FindInconsistency(slot) is { } orderFault)
                {
                    return $"{book.Symbol.Name} {side}: order {order.OrderId} at {price} {orderFault}";
                }

                ref readonly var list = ref _orders.OrdersOf(order.AccountOrders);
                if (list.PaidFunds(Side.Buy) != _ledger.PlaceOf(order.AccountId, book.Numbers.QuoteAssetId)
                    || list.PaidFunds(Side.Sell) != _ledger.PlaceOf(order.AccountId, book.Numbers.BaseAssetId) || order.QuoteFunds != list.QuoteFunds)
                {
                    return $"{book.Symbol.Name} {side}: order {order.OrderId} at {price} knows other funds than its account's";
                }

                var owner = (order.AccountId, paidAsset);
                held[owner] = held.GetValueOrDefault(owner) + book.Symbol.HoldFor(side, order.Price, order.Leaves);
                quantity += order.Leaves;
                count++;
                previous = slot;
            }

            if (level->Last != previous || level->Quantity != quantity || count == 0)
            {
                return $"{book.Symbol.Name} {side}: level {price} says {level->Quantity} lots, has {quantity} of {count} orders";
            }

            seen += count;
        }

        return ladder.FindInconsistency() is { } fault ? $"{book.Symbol.Name} {side}: {fault}" : null;
    }
}
