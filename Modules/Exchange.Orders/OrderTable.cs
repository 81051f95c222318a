using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// All open orders and the newest closed ones, found by id, by client id and by account. Rows are pooled and named by number; nothing
/// allocates except new chunks. Not thread-safe: <see cref="OrdersView"/> holds the lock.
/// Invariants:
/// 1. Every row in use is in the index of ids; it is either open, and then in its account's list, or closed, and then in the queue of closed ones.
/// 2. An account's list of open orders ascends by id: ids rise with acceptance, and a row joins at the end. Its list of closed ones goes by the time of
///    closing, as the queue does, so that the row at the queue's head is at the head of its account's list too.
/// 3. Orders with the same account, symbol and client id form one chain by age. Their lives never overlap (the engine refuses a client id
///    that an open order bears), so only the newest can be open, and only the oldest can leave the queue. The index holds the newest.
/// </summary>
/// <param name="closedOrdersKept">Closed orders in the queue at most; at least 1, so that a record can be read after it closed its order.</param>
internal sealed partial class OrderTable(int closedOrdersKept)
{
    private readonly ChunkedArray<OrderRow> _rows = new();
    private readonly ChunkedArray<AccountList> _accounts = new();
    private readonly RowIndex _byId = new();
    private readonly RowIndex _byClientId = new();
    private int _rowCount;
    private int _firstFree = RowIndex.None;
    private int _oldestClosed = RowIndex.None;
    private int _newestClosed = RowIndex.None;

    // First and last order of each list, plus 1: a fresh (zeroed) element is two empty lists.
    private struct AccountList
    {
        public int FirstPlusOne;
        public int LastPlusOne;
        public int FirstClosedPlusOne;
        public int LastClosedPlusOne;
    }

    public int ClosedCount { get; private set; }

    /// <summary>Greatest sequence that closed an order which is forgotten; 0 when none is.</summary>
    public long ForgottenSequence { get; private set; }

    /// <summary>Greatest id of a forgotten order; 0 when none is.</summary>
    public long ForgottenOrderId { get; private set; }

    /// <summary>Rows ever made: how far the pool has grown.</summary>
    public int RowCount => _rowCount;

    public ref OrderRow this[int row] => ref _rows[row];

    /// <summary>Adds an order that is open and returns its row.</summary>
    public int Add(in OrderState state)
    {
        Invariant.That(Find(state.OrderId) == RowIndex.None, "an order id is given once");
        var row = Insert(state);
        JoinAccount(row, ref _rows[row]);
        return row;
    }

    /// <summary>Takes an order that has just closed out of the open ones; the oldest closed one is forgotten when there are too many.</summary>
    /// <param name="sequence">Of the record that closed it, not below that of any before.</param>
    public void Close(int row, long sequence)
    {
        LeaveAccount(ref _rows[row]);
        JoinClosed(row, sequence);
    }

    /// <summary>Forgets the oldest closed orders that a store holds, down to <paramref name="least"/> of them.</summary>
    public void ForgetUpTo(long storedSequence, int least)
    {
        while (ClosedCount > least && _rows[_oldestClosed].ClosedSequence <= storedSequence)
        {
            ForgetOldestClosed();
        }
    }

    /// <summary>Adds what the query finds here, ascending.</summary>
    /// <returns>Whether forgotten orders cannot add to it.</returns>
    public bool Copy(in OrderQuery query, List<OrderState> orders)
    {
        orders.Clear();
        for (var row = FirstOpen(query.AccountId); row != RowIndex.None; row = _rows[row].Next)
        {
            CopyWanted(row, query, orders);
        }

        for (var row = FirstClosed(query.AccountId); row != RowIndex.None; row = _rows[row].Previous)
        {
            CopyWanted(row, query, orders);
        }

        OrderPage.Cut(query, orders);
        return query.FromOrderId > ForgottenOrderId
            || (query.TakesNewest && orders.Count == query.Limit && orders[0].OrderId > ForgottenOrderId);
    }

    /// <summary>Returns the row of an open or recently closed order, or <see cref="RowIndex.None"/>.</summary>
    public int Find(long orderId)
    {
        var row = _byId.First(HashOf(orderId));
        while (row != RowIndex.None && _rows[row].State.OrderId != orderId)
        {
            row = _byId.Next(row);
        }

        return row;
    }

    /// <summary>Returns the row of the newest order with the client id (the open one, if any is), or <see cref="RowIndex.None"/>.</summary>
    public int Find(int accountId, int symbolId, in ClientOrderId clientOrderId)
    {
        if (clientOrderId.IsEmpty)
        {
            return RowIndex.None;
        }

        var row = _byClientId.First(HashOf(accountId, symbolId, clientOrderId));
        while (row != RowIndex.None && !HasId(_rows[row], accountId, symbolId, clientOrderId))
        {
            row = _byClientId.Next(row);
        }

        return row;
    }

    /// <summary>Returns the account's oldest open order; <see cref="OrderRow.Next"/> leads on.</summary>
    public int FirstOpen(int accountId) =>
        (uint)accountId < (uint)_accounts.Length ? _accounts[accountId].FirstPlusOne - 1 : RowIndex.None;

    /// <summary>Gives an order a row that both indices find.</summary>
    private int Insert(in OrderState state)
    {
        var row = TakeRow();
        ref var order = ref _rows[row];
        order = new OrderRow { State = state, SameIdOlder = RowIndex.None, SameIdNewer = RowIndex.None };
        _byId.Add(row, HashOf(state.OrderId));
        JoinSameIds(row, ref order);
        return row;
    }

    private int TakeRow()
    {
        var row = _firstFree;
        if (row != RowIndex.None)
        {
            _firstFree = _rows[row].Next;
            return row;
        }

        _rows.EnsureIndex(_rowCount);
        return _rowCount++;
    }

    private void JoinAccount(int row, ref OrderRow order)
    {
        _accounts.EnsureIndex(order.State.AccountId);
        ref var account = ref _accounts[order.State.AccountId];
        order.Previous = account.LastPlusOne - 1;
        order.Next = RowIndex.None;
        if (order.Previous == RowIndex.None)
        {
            account.FirstPlusOne = row + 1;
        }
        else
        {
            _rows[order.Previous].Next = row;
        }

        account.LastPlusOne = row + 1;
    }

    private void LeaveAccount(ref OrderRow order)
    {
        ref var account = ref _accounts[order.State.AccountId];
        if (order.Previous == RowIndex.None)
        {
            account.FirstPlusOne = order.Next + 1;
        }
        else
        {
            _rows[order.Previous].Next = order.Next;
        }

        if (order.Next == RowIndex.None)
        {
            account.LastPlusOne = order.Previous + 1;
        }
        else
        {
            _rows[order.Next].Previous = order.Previous;
        }
    }

    private void CopyWanted(int row, in OrderQuery query, List<OrderState> orders)
    {
        ref readonly var order = ref _rows[row].State;
        if (order.SymbolId == query.SymbolId && order.OrderId >= query.FromOrderId && order.CreatedUs >= query.FromUs && order.CreatedUs <= query.ToUs)
        {
            orders.Add(order);
            if (orders.Count >= 4 * query.Limit)
            {
                OrderPage.Cut(query, orders);
            }
        }
    }

    private int FirstClosed(int accountId) =>
        (uint)accountId < (uint)_accounts.Length ? _accounts[accountId].FirstClosedPlusOne - 1 : RowIndex.None;

    private void JoinClosed(int row, long sequence)
    {
        ref var order = ref _rows[row];
        order.ClosedSequence = sequence;
        order.Next = RowIndex.None;
        order.Previous = RowIndex.None;
        _accounts.EnsureIndex(order.State.AccountId);
        ref var account = ref _accounts[order.State.AccountId];
        if (account.LastClosedPlusOne == 0)
        {
            account.FirstClosedPlusOne = row + 1;
        }
        else
        {
            _rows[account.LastClosedPlusOne - 1].Previous = row;
        }

        account.LastClosedPlusOne = row + 1;
        if (_newestClosed == RowIndex.None)
        {
            _oldestClosed = row;
        }
        else
        {
            _rows[_newestClosed].Next = row;
        }

        _newestClosed = row;
        if (++ClosedCount > closedOrdersKept)
        {
            ForgetOldestClosed();
        }
    }

    private void JoinSameIds(int row, ref OrderRow order)
    {
        if (order.State.ClientOrderId.IsEmpty)
        {
            return;
        }

        var older = Find(order.State.AccountId, order.State.SymbolId, order.State.ClientOrderId);
        if (older != RowIndex.None)
        {
            Invariant.That(!_rows[older].State.IsOpen, "an account's open orders have different client ids");
            _rows[older].SameIdNewer = row;
            order.SameIdOlder = older;
            _byClientId.Remove(older);
        }

        _byClientId.Add(row, HashOf(order.State.AccountId, order.State.SymbolId, order.State.ClientOrderId));
    }

    private void ForgetOldestClosed()
    {
        var row = _oldestClosed;
        ref var order = ref _rows[row];
        _oldestClosed = order.Next;
        if (_oldestClosed == RowIndex.None)
        {
            _newestClosed = RowIndex.None;
        }

        ClosedCount--;
        ForgottenSequence = order.ClosedSequence;
        ForgottenOrderId = Math.Max(ForgottenOrderId, order.State.OrderId);
        ref var account = ref _accounts[order.State.AccountId];
        Invariant.That(account.FirstClosedPlusOne == row + 1, "the oldest closed order is its account's oldest, too");
        account.FirstClosedPlusOne = order.Previous + 1;
        if (account.FirstClosedPlusOne == 0)
        {
            account.LastClosedPlusOne = 0;
        }

        _byId.Remove(row);
        if (!order.State.ClientOrderId.IsEmpty)
        {
            Invariant.That(order.SameIdOlder == RowIndex.None, "of the orders with one client id the oldest closed first");
            if (order.SameIdNewer == RowIndex.None)
            {
                _byClientId.Remove(row);
            }
            else
            {
                _rows[order.SameIdNewer].SameIdOlder = RowIndex.None;
            }
        }

        order.Next = _firstFree;
        _firstFree = row;
    }

    private static bool HasId(in OrderRow order, int accountId, int symbolId, in ClientOrderId clientOrderId) =>
        order.State.AccountId == accountId && order.State.SymbolId == symbolId && order.State.ClientOrderId.Equals(clientOrderId);

    private static uint HashOf(long orderId) => (uint)((ulong)orderId * 0x9E3779B97F4A7C15 >> 32);

    /// <summary>
    /// Another function in every process. Why not <see cref="ClientOrderId.StableHash"/>: ids that collide in it are quickly made, and a
    /// client that sends them would turn every look-up, under the lock of all answers, into a walk of all its closed orders.
    /// </summary>
    internal static uint HashOf(int accountId, int symbolId, in ClientOrderId clientOrderId)
    {
        var hash = default(HashCode);
        hash.Add(accountId);
        hash.Add(symbolId);
        hash.AddBytes(clientOrderId.Bytes);
        return (uint)hash.ToHashCode();
    }
}
