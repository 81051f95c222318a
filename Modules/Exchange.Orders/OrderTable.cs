using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Exchange.Matching.Book;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// All open orders and the newest closed ones, found by id, by client id and by account. Rows are pooled and named by number, from 1; nothing
/// allocates except new chunks. Not thread-safe: <see cref="OrdersView"/> holds the lock.
/// Invariants:
/// 1. Every row in use is in the index of ids; it is either open, and then in its account's list, or closed, and then in the queue of closed ones.
/// 2. An account's list of open orders ascends by id: ids rise with acceptance, and a row joins at the end.
/// 3. Orders with the same account, symbol and client id never live at once (the engine refuses a client id that an open order bears), so only the
///    newest can be open, and the oldest leaves the queue first. The index of client ids leads to the newest; the others are superseded.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Readers may come to the very end of the process; a table that nobody refers to any more is freed by its indices' finalizers.")]
internal sealed unsafe partial class OrderTable
{
    /// <summary>No row.</summary>
    public const int None = 0;

    // How far before its turn the row of an order that will be forgotten is fetched, and then what the indices hold of it.
    private const int RowAhead = 16;
    private const int IndicesAhead = 8;

    /// <summary>
    /// Why another hash in every process: ids that collide are quickly made where the function is known, and a client that sends them would turn every
    /// look-up, under the lock of all answers, into a walk of all its orders.
    /// </summary>
    private static readonly ulong[] HashKeys = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(6 * sizeof(ulong))).ToArray();

    private readonly ChunkedArray<OrderRow> _rows = new();
    private readonly ChunkedArray<OrderTerms> _terms = new();
    private readonly ChunkedArray<OpenList> _accounts = new();
    private readonly SlotIndex<RowIds> _byId;
    private readonly SlotIndex<RowClientIds> _byClientId;
    private readonly ClosedQueue _closed;
    private int _rowCount;
    private int _firstFree;

    /// <param name="closedOrdersKept">Closed orders in the queue at most; at least 1, so that a record can be read after it closed its order.</param>
    public OrderTable(int closedOrdersKept)
    {
        _byId = new SlotIndex<RowIds>(new RowIds(_rows));
        _byClientId = new SlotIndex<RowClientIds>(new RowClientIds(_rows));
        _closed = new ClosedQueue(closedOrdersKept);
    }

    // First and last open order of an account: a fresh (zeroed) element is an empty list.
    private struct OpenList
    {
        public int First;
        public int Last;
    }

    public int ClosedCount => _closed.Count;

    /// <summary>Greatest sequence that closed an order which is forgotten; 0 when none is.</summary>
    public long ForgottenSequence { get; private set; }

    /// <summary>Greatest id of a forgotten order; 0 when none is.</summary>
    public long ForgottenOrderId { get; private set; }

    /// <summary>Rows ever made: how far the pool has grown.</summary>
    public int RowCount => _rowCount;

    /// <summary>Orders in the table, open and closed.</summary>
    public int Count => _byId.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref OrderProgress Progress(int row) => ref _rows[row].Progress;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref OrderTerms Terms(int row) => ref _terms[row];

    /// <summary>Returns a copy of the order of a row.</summary>
    public OrderState StateOf(int row) => new() { Progress = _rows[row].Progress, Terms = _terms[row] };

    /// <summary>Adds an order that is open and returns its row.</summary>
    public int Add(in OrderState state)
    {
        Invariant.That(Find(state.OrderId) == None, "an order id is given once");
        var row = Insert(state);
        JoinAccount(row);
        return row;
    }

    /// <summary>Takes an order that has just closed out of the open ones; the oldest closed one is forgotten when there are too many.</summary>
    /// <param name="sequence">Of the record that closed it, not below that of any before.</param>
    public void Close(int row, long sequence)
    {
        LeaveAccount(row);
        JoinClosed(row, sequence);
    }

    /// <summary>Forgets the oldest closed orders that a store holds, down to <paramref name="least"/> of them.</summary>
    public void ForgetUpTo(long storedSequence, int least)
    {
        while (_closed.Count > least && _closed.Oldest.Sequence <= storedSequence)
        {
            ForgetOldestClosed();
        }
    }

    /// <summary>Adds what the query finds here, ascending.</summary>
    /// <returns>Whether forgotten orders cannot add to it.</returns>
    public bool Copy(in OrderQuery query, List<OrderState> orders)
    {
        orders.Clear();
        for (var row = FirstOpen(query.AccountId); row != None; row = NextOpen(row))
        {
            CopyWanted(row, query, orders);
        }

        for (var number = _closed.NewestOf(query.AccountId); number != 0; number = _closed.Before(number))
        {
            CopyWanted(_closed[number].Row, query, orders);
        }

        OrderPage.Cut(query, orders);
        return query.FromOrderId > ForgottenOrderId
            || (query.TakesNewest && orders.Count == query.Limit && orders[0].OrderId > ForgottenOrderId);
    }

    /// <summary>Returns the row of an open or recently closed order, or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long orderId) => _byId.Find(KeyOf(orderId), new IdMatch(_rows, orderId));

    /// <summary>Returns the row of the newest order with the client id (the open one, if any is), or <see cref="None"/>.</summary>
    public int Find(int accountId, int symbolId, in ClientOrderId clientOrderId) =>
        clientOrderId.IsEmpty ? None : Find(HashOf(accountId, symbolId, clientOrderId.Bytes), accountId, symbolId, clientOrderId);

    /// <summary>Returns the account's oldest open order, or <see cref="None"/>.</summary>
    public int FirstOpen(int accountId) => (uint)accountId < (uint)_accounts.Length ? _accounts[accountId].First : None;

    /// <summary>Returns the account's open order after that of the row, or <see cref="None"/>.</summary>
    public int NextOpen(int row) => _rows[row].Next;

    /// <summary>Gives an order a row that both indices find.</summary>
    private int Insert(in OrderState state)
    {
        var row = TakeRow();
        ref var order = ref _rows[row];
        order.Progress = state.Progress;
        order.IsSuperseded = false;
        order.ClientIdHash = 0;
        _terms[row] = state.Terms;
        _byId.Add(KeyOf(state.OrderId), row);
        if (!state.Terms.ClientOrderId.IsEmpty)
        {
            JoinSameIds(row, ref order, state.Terms.ClientOrderId);
        }

        return row;
    }

    private int TakeRow()
    {
        var row = _firstFree;
        if (row != None)
        {
            _firstFree = _rows[row].Next;
            return row;
        }

        row = ++_rowCount;
        _rows.EnsureIndex(row);
        _terms.EnsureIndex(row);
        return row;
    }

    private void JoinAccount(int row)
    {
        ref var order = ref _rows[row];
        _accounts.EnsureIndex(order.Progress.AccountId);
        ref var account = ref _accounts[order.Progress.AccountId];
        order.Previous = account.Last;
        order.Next = None;
        (account.Last == None ? ref account.First : ref _rows[account.Last].Next) = row;
        account.Last = row;
    }

    private void LeaveAccount(int row)
    {
        ref readonly var order = ref _rows[row];
        ref var account = ref _accounts[order.Progress.AccountId];
        (order.Previous == None ? ref account.First : ref _rows[order.Previous].Next) = order.Next;
        (order.Next == None ? ref account.Last : ref _rows[order.Next].Previous) = order.Previous;
    }

    private void CopyWanted(int row, in OrderQuery query, List<OrderState> orders)
    {
        ref readonly var order = ref _rows[row].Progress;
        if (order.SymbolId == query.SymbolId && order.OrderId >= query.FromOrderId
            && _terms[row].CreatedUs is var createdUs && createdUs >= query.FromUs && createdUs <= query.ToUs)
        {
            orders.Add(StateOf(row));
            if (orders.Count >= 4 * query.Limit)
            {
                OrderPage.Cut(query, orders);
            }
        }
    }

    private void JoinClosed(int row, long sequence)
    {
        if (_closed.IsFull)
        {
            ForgetOldestClosed();
        }

        _closed.Add(row, _rows[row].Progress.AccountId, sequence);
    }

    private void JoinSameIds(int row, ref OrderRow order, in ClientOrderId clientOrderId)
    {
        order.ClientIdHash = HashOf(order.Progress.AccountId, order.Progress.SymbolId, clientOrderId.Bytes);
        var older = Find(order.ClientIdHash, order.Progress.AccountId, order.Progress.SymbolId, clientOrderId);
        if (older != None)
        {
            Invariant.That(!_rows[older].Progress.IsOpen, "an account's open orders have different client ids");
            _rows[older].IsSuperseded = true;
            _byClientId.Remove(order.ClientIdHash, older);
        }

        _byClientId.Add(order.ClientIdHash, row);
    }

    private int Find(uint hash, int accountId, int symbolId, in ClientOrderId clientOrderId)
    {
        fixed (ClientOrderId* id = &clientOrderId)
        {
            return _byClientId.Find(hash, new ClientIdMatch(this, accountId, symbolId, id));
        }
    }

    private void ForgetOldestClosed()
    {
        FetchNextForgotten();
        ref readonly var oldest = ref _closed.Oldest;
        var row = oldest.Row;
        ref var order = ref _rows[row];
        ForgottenSequence = oldest.Sequence;
        ForgottenOrderId = Math.Max(ForgottenOrderId, order.Progress.OrderId);
        _closed.RemoveOldest();
        _byId.Remove(KeyOf(order.Progress.OrderId), row);
        if (order.ClientIdHash != 0 && !order.IsSuperseded)
        {
            _byClientId.Remove(order.ClientIdHash, row);
        }

        order.Next = _firstFree;
        _firstFree = row;
    }

    /// <summary>Fetches into the cache what the forgettings after this one will touch: nobody else has touched it for long.</summary>
    private void FetchNextForgotten()
    {
        Prefetch.Line(in _rows[_closed.RowBehindOldest(RowAhead)]);
        ref readonly var order = ref _rows[_closed.RowBehindOldest(IndicesAhead)];
        Prefetch.Line(_byId.HomeOf(KeyOf(order.Progress.OrderId)));
        Prefetch.Line(_byClientId.HomeOf(order.ClientIdHash));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint KeyOf(long orderId) => (uint)orderId;

    /// <summary>Returns the hash that the index of client ids goes by; never 0.</summary>
    internal static uint HashOf(int accountId, int symbolId, ReadOnlySpan<byte> clientOrderId)
    {
        // Each product of two words, both mixed with secret ones, is folded to its halves: who does not know these cannot make products collide.
        var keys = HashKeys;
        Span<ulong> words = stackalloc ulong[5];
        words.Clear();
        clientOrderId.CopyTo(MemoryMarshal.AsBytes(words));
        var hash = Fold(words[0] ^ keys[0], words[1] ^ keys[1]) ^ Fold(words[2] ^ keys[2], words[3] ^ keys[3])
            ^ ((ulong)(uint)accountId << 32 | (uint)symbolId);
        hash = Fold(hash ^ keys[4], (words[4] << 8 | (uint)clientOrderId.Length) ^ keys[5]);
        return Math.Max((uint)(hash >> 32) ^ (uint)hash, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private readonly struct RowIds(ChunkedArray<OrderRow> rows) : ISlotKeys
    {
        public uint KeyOf(int slot) => OrderTable.KeyOf(rows[slot].Progress.OrderId);
    }

    private readonly struct RowClientIds(ChunkedArray<OrderRow> rows) : ISlotKeys
    {
        public uint KeyOf(int slot) => rows[slot].ClientIdHash;
    }

    private readonly struct IdMatch(ChunkedArray<OrderRow> rows, long orderId) : ISlotMatch
    {
        public bool Is(int slot) => rows[slot].Progress.OrderId == orderId;
    }

    // Safety: the id is pinned by the look-up that makes the match.
    private readonly struct ClientIdMatch(OrderTable table, int accountId, int symbolId, ClientOrderId* clientOrderId) : ISlotMatch
    {
        public bool Is(int slot)
        {
            ref readonly var order = ref table._rows[slot].Progress;
            return order.AccountId == accountId && order.SymbolId == symbolId && table._terms[slot].ClientOrderId.Equals(*clientOrderId);
        }
    }
}
