using System.Runtime.InteropServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// The engine's part of a snapshot, with those of ledger and risk behind it. In this order: genesis, assets, symbols with their counters,
/// accounts, halt, operators and their requests, pending work, resting orders by symbol and side (best price first, oldest first).
/// </summary>
public sealed unsafe partial class MatchingEngine<TRisk, TLedger> : ISnapshotState
{
    private const int SnapshotVersion = 1;

    /// <summary>
    /// A resting order. Where it stands in its queue is told by the order of writing; its account's orders stand in the order of their ids.
    /// Prices in ticks, leaves in lots.
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct SavedOrder
    {
        public long OrderId;
        public long Price;
        public long Leaves;
        public int AccountId;
        public Side Side;
        public OrderType Type;
        public byte HasFills;
        public ClientOrderId ClientOrderId;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(_genesis?.ToBytes() ?? []);
        writer.Write(_assets.Length);
        foreach (var asset in _assets)
        {
            writer.Write(asset.Name);
            writer.Write(asset.Scale);
        }

        writer.Write(_books.Length);
        foreach (var book in _books)
        {
            writer.Write(AddSymbolCommand.ToBytes(book.Symbol.Spec));
            writer.Write(book.LastTradeId);
            writer.Write(book.LastAggregateTradeId);
            writer.Write(book.LastUpdateId);
            writer.Write((byte)book.Restrictions);
        }

        writer.Write(_ledger.AccountCount);
        for (var accountId = 1; accountId <= _ledger.AccountCount; accountId++)
        {
            writer.Write((byte)_accountRestrictions[accountId]);
        }

        writer.Write(_isVenueHalted);
        _operators.Save(writer);
        _requests.Save(writer);
        writer.Write(_lastOrderId);
        SavePending(writer);
        writer.Write(_orders.Count);
        foreach (var book in _books)
        {
            SaveSide(writer, in book.Ladder(Side.Buy));
            SaveSide(writer, in book.Ladder(Side.Sell));
        }

        _risk.Save(writer);
        _ledger.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("engine", SnapshotVersion);
        LoadGenesis(reader);
        LoadAssets(reader);
        LoadSymbols(reader);
        var accountCount = reader.ReadCount(int.MaxValue - 1);
        _accountRestrictions = new Restrictions[Math.Max(_accountRestrictions.Length, accountCount + 1)];
        for (var accountId = 1; accountId <= accountCount; accountId++)
        {
            _accountRestrictions[accountId] = (Restrictions)reader.ReadByte();
        }

        FindRestrictedAccounts();
        _isVenueHalted = reader.ReadBool();
        _operators.Load(reader);
        _requests.Load(reader);
        _lastOrderId = reader.ReadInt64();
        var moved = LoadPending(reader);
        var (orders, symbols) = LoadOrders(reader, moved);
        _risk.Load(reader);
        _ledger.Load(reader);
        if (_ledger.AccountCount != accountCount)
        {
            throw new SnapshotDamagedException($"the engine has {accountCount} accounts, the ledger {_ledger.AccountCount}");
        }

        // Last: orders know where their account's funds are.
        if (_pending == PendingKind.Taker)
        {
            _taker.AccountOrders = AccountOrdersOf(_taker.AccountId, _taker.SymbolId);
        }

        AddOrders(orders, symbols, moved is not null);
    }

    private void SaveSide(SnapshotWriter writer, in PriceLadder ladder)
    {
        writer.Write(ladder.CountLevels());
        for (var level = ladder.FirstAfter(-1, out var key); level != null; level = ladder.FirstAfter(key, out key))
        {
            writer.Write(CountOrders(in *level));
            for (var slot = level->First; slot != 0; slot = _orders[slot].Next)
            {
                writer.Write(Saved(slot));
            }
        }
    }

    private int CountOrders(in PriceLevel level)
    {
        var count = 0;
        for (var slot = level.First; slot != 0; slot = _orders[slot].Next)
        {
            count++;
        }

        return count;
    }

    private SavedOrder Saved(int slot)
    {
        ref readonly var order = ref _orders[slot];
        return new SavedOrder
        {
            OrderId = order.OrderId,
            Price = order.Price,
            Leaves = order.Leaves,
            AccountId = order.AccountId,
            Side = order.Side,
            Type = order.Type,
            HasFills = order.HasFills ? (byte)1 : (byte)0,
            ClientOrderId = _orders.ClientOrderIdOf(slot),
        };
    }

    private void SavePending(SnapshotWriter writer)
    {
        writer.Write((byte)_pending);
        if (_pending == PendingKind.None)
        {
            return;
        }

        writer.Write(_pendingAccountId);
        writer.Write(_pendingSymbolId);
        if (_pending == PendingKind.CancelOrders)
        {
            writer.Write(_pendingCancel.ToBytes());
        }

        if (_pending != PendingKind.Taker)
        {
            return;
        }

        writer.Write(_taker.OrderId);
        writer.Write(_taker.AccountId);
        writer.Write(_taker.SymbolId);
        writer.Write((byte)_taker.Side);
        writer.Write((byte)_taker.Type);
        writer.Write((byte)_taker.TimeInForce);
        writer.Write(_taker.Price);
        writer.Write(_taker.LimitKey);
        writer.Write(_taker.Leaves);
        writer.Write(_taker.Held);
        writer.Write(_taker.LevelsLeft);
        writer.Write(_taker.LastTradePrice);
        writer.Write(_taker.HasFills);
        writer.Write(_taker.ExpiresWhenDone);
        writer.Write(in _taker.ClientOrderId);

        // A moved order stands in the store, but in no level while it matches.
        writer.Write(_taker.MovedSlot != 0);
        if (_taker.MovedSlot != 0)
        {
            writer.Write(Saved(_taker.MovedSlot));
        }
    }

    private void LoadGenesis(SnapshotReader reader)
    {
        var bytes = reader.ReadBytes();
        if (bytes.Length == 0)
        {
            return;
        }

        _genesis = GenesisCommand.Read(bytes) ?? throw new SnapshotDamagedException("the genesis command cannot be read");
        if (_genesis.LogicVersion > GenesisCommand.CurrentLogicVersion)
        {
            throw new SnapshotDamagedException(
                $"logic version {_genesis.LogicVersion} in the snapshot, this build executes up to {GenesisCommand.CurrentLogicVersion}");
        }

        TakeCapacities(_genesis);
    }

    private void LoadAssets(SnapshotReader reader)
    {
        _assets = new Asset[reader.ReadCount(MaxAssets)];
        for (var assetId = 0; assetId < _assets.Length; assetId++)
        {
            _assets[assetId] = new Asset(assetId, reader.ReadString(), reader.ReadInt32());
        }
    }

    private void LoadSymbols(SnapshotReader reader)
    {
        _books = new SymbolBook[reader.ReadCount(TradingCommandCodec.NoSymbol)];
        for (var symbolId = 0; symbolId < _books.Length; symbolId++)
        {
            var spec = AddSymbolCommand.Read(reader.ReadBytes());
            if (spec is null || spec.Validate() is not null || FindAsset(spec.BaseAsset) is not { } baseAsset || FindAsset(spec.QuoteAsset) is not { } quoteAsset)
            {
                throw new SnapshotDamagedException($"symbol {symbolId} cannot be read");
            }

            _books[symbolId] = new SymbolBook(new Symbol(symbolId, spec, baseAsset, quoteAsset), _orders, _nodes, _leaves)
            {
                LastTradeId = reader.ReadInt64(),
                LastAggregateTradeId = reader.ReadInt64(),
                LastUpdateId = reader.ReadInt64(),
                Restrictions = (Restrictions)reader.ReadByte(),
            };
        }
    }

    /// <param name="moved">An order that stands in the store only, while it matches at its new price: the last of them.</param>
    private (List<SavedOrder> Orders, List<int> Symbols) LoadOrders(SnapshotReader reader, SavedOrder? moved)
    {
        var count = reader.ReadCount(int.MaxValue);
        var orders = new List<SavedOrder>(Math.Min(count, _restingOrderLimit));
        var symbols = new List<int>(orders.Capacity);
        for (var symbolId = 0; symbolId < _books.Length; symbolId++)
        {
            LoadSide(reader, Side.Buy, orders, count);
            LoadSide(reader, Side.Sell, orders, count);
            symbols.AddRange(Enumerable.Repeat(symbolId, orders.Count - symbols.Count));
        }

        if (moved is { } taker)
        {
            CheckLoaded(in taker, _taker.Side);
            orders.Add(taker);
            symbols.Add(_taker.SymbolId);
        }

        if (orders.Count != count)
        {
            throw new SnapshotDamagedException($"{count} resting orders stated, {orders.Count} found");
        }

        return (orders, symbols);
    }

    /// <summary>Why in two steps: orders join their account's list in the order of their ids, their level in the order of the queue.</summary>
    /// <param name="isLastMoved">The last one stands in no level.</param>
    private void AddOrders(List<SavedOrder> orders, List<int> symbols, bool isLastMoved)
    {
        var slots = AddInOrderOfIds(orders, symbols);
        for (var i = 0; i < slots.Length; i++)
        {
            if (!isLastMoved || i < slots.Length - 1)
            {
                _books[symbols[i]].AddLast(slots[i]);
            }
            else
            {
                _taker.MovedSlot = slots[i];
            }
        }
    }

    private void LoadSide(SnapshotReader reader, Side side, List<SavedOrder> orders, int count)
    {
        for (var levels = reader.ReadCount(count); levels > 0; levels--)
        {
            for (var left = reader.ReadCount(count - orders.Count); left > 0; left--)
            {
                var order = reader.Read<SavedOrder>();
                CheckLoaded(order, side);
                orders.Add(order);
            }
        }
    }

    private void CheckLoaded(in SavedOrder order, Side side)
    {
        if (order.OrderId < 1 || order.OrderId > _lastOrderId || order.Price < 1 || order.Leaves < 1 || order.Side != side || order.HasFills > 1
            || (uint)(order.AccountId - 1) >= (uint)(_accountRestrictions.Length - 1) || !order.ClientOrderId.IsValid)
        {
            throw new SnapshotDamagedException($"order {order.OrderId} of account {order.AccountId} is out of range");
        }
    }

    private int[] AddInOrderOfIds(List<SavedOrder> orders, List<int> symbols)
    {
        var ids = new long[orders.Count];
        var places = new int[orders.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = orders[i].OrderId;
            places[i] = i;
        }

        Array.Sort(ids, places);
        var slots = new int[orders.Count];
        foreach (var place in places)
        {
            slots[place] = Restore(orders[place], symbols[place]);
        }

        return slots;
    }

    private int Restore(in SavedOrder saved, int symbolId)
    {
        if (_orders.Find(saved.OrderId) != 0)
        {
            throw new SnapshotDamagedException($"order {saved.OrderId} is there twice");
        }

        var slot = _orders.Add(saved.OrderId, AccountOrdersOf(saved.AccountId, symbolId), in saved.ClientOrderId);
        ref var order = ref _orders[slot];
        order.Side = saved.Side;
        order.Type = saved.Type;
        order.Price = saved.Price;
        order.Leaves = saved.Leaves;
        order.HasFills = saved.HasFills != 0;
        return slot;
    }

    private int AccountOrdersOf(int accountId, int symbolId)
    {
        if (!AccountExists(accountId) || (uint)symbolId >= (uint)_books.Length)
        {
            throw new SnapshotDamagedException($"an order of account {accountId} on symbol {symbolId}, which do not exist");
        }

        var found = _orders.FindAccountOrders(accountId, symbolId);
        return found != 0 ? found : AddAccountOrders(accountId, _books[symbolId].Symbol);
    }

    /// <summary>Returns the order that moves while it matches, if there is one.</summary>
    private SavedOrder? LoadPending(SnapshotReader reader)
    {
        _pending = (PendingKind)reader.ReadByte();
        if (_pending == PendingKind.None)
        {
            return null;
        }

        _pendingAccountId = reader.ReadInt32();
        _pendingSymbolId = reader.ReadInt32();
        if (_pending > PendingKind.CancelOrders || (uint)_pendingSymbolId >= (uint)_books.Length)
        {
            throw new SnapshotDamagedException($"pending work {_pending} on symbol {_pendingSymbolId} is unknown");
        }

        if (_pending == PendingKind.CancelOrders && !CancelOrdersCommand.TryRead(reader.ReadBytes(), out _pendingCancel))
        {
            throw new SnapshotDamagedException("the pending cancel of many orders cannot be read");
        }

        if (_pending != PendingKind.Taker)
        {
            return null;
        }

        _taker = new Taker
        {
            OrderId = reader.ReadInt64(),
            AccountId = reader.ReadInt32(),
            SymbolId = reader.ReadInt32(),
            Side = (Side)reader.ReadByte(),
            Type = (OrderType)reader.ReadByte(),
            TimeInForce = (TimeInForce)reader.ReadByte(),
            Price = reader.ReadInt64(),
            LimitKey = reader.ReadInt64(),
            Leaves = reader.ReadInt64(),
            Held = reader.ReadInt64(),
            LevelsLeft = reader.ReadInt32(),
            LastTradePrice = reader.ReadInt64(),
            HasFills = reader.ReadBool(),
            ExpiresWhenDone = reader.ReadBool(),
            ClientOrderId = reader.Read<ClientOrderId>(),
        };
        if (!_taker.ClientOrderId.IsValid)
        {
            throw new SnapshotDamagedException($"the client id of order {_taker.OrderId}, which trades, is none");
        }

        return reader.ReadBool() ? reader.Read<SavedOrder>() : null;
    }
}
