using System.Runtime.CompilerServices;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// All resting orders of the exchange, with their three ways in: by order id, by account and client id, by account and symbol.
/// Slots are reused last-in-first-out, so that few live orders stay in little memory. Engine thread only; allocates only to grow.
/// <code>
/// orders         [slot] RestingOrder (64)          hot, one cache line
/// clientOrderIds [slot] PackedClientOrderId (32)   cold, two a line
/// byId:        order id                         → slot, told apart by the order's id
/// byClientId:  hash(account, client id)         → slot, told apart by the order's account and client id
/// byOwner:     account, symbol                  → AccountOrders (32) → list through the orders
/// </code>
/// </summary>
internal sealed unsafe class OrderStore : IDisposable
{
    /// <summary>Most resting orders of one exchange; address space for them is reserved.</summary>
    public const int MaxOrders = 1 << 26;

    /// <summary>No account on a symbol that cannot be: nobody who exists is taken for the owner of row 0. Who looks for any number asks whether its symbol exists.</summary>
    private const long NoOwner = -1;

    private const uint AccountFactor = 0x85EBCA6B;

    private readonly ReservedArray<RestingOrder> _orderArray = new(MaxOrders);
    private readonly ReservedArray<PackedClientOrderId> _clientOrderIdArray = new(MaxOrders);
    private readonly ReservedArray<AccountOrders> _accountArray = new(MaxOrders);
    private readonly RestingOrder* _orders;
    private readonly PackedClientOrderId* _clientOrderIds;
    private readonly AccountOrders* _accountOrders;
    private DirectIndex<OrderIds> _byId;
    private readonly SlotIndex<ClientHashes> _byClientId;
    private OwnerIndex _byOwner;
    private int _freeSlot;
    private int _nextSlot = 1;
    private int _nextAccountOrders = 1;

    public OrderStore()
    {
        // Slot 0 is nobody's, but a look ahead may read it.
        _orderArray.Grow();
        _clientOrderIdArray.Grow();
        _accountArray.Grow();
        _orders = _orderArray.Start;
        _clientOrderIds = _clientOrderIdArray.Start;
        _accountOrders = _accountArray.Start;
        _accountOrders[0].Owner = NoOwner;
        _byId = new DirectIndex<OrderIds>(new OrderIds(_orders));
        _byClientId = new SlotIndex<ClientHashes>(new ClientHashes(_orders));
        _byOwner = new OwnerIndex(_accountOrders);
    }

    ~OrderStore() => FreeIndices();

    /// <summary>Resting orders.</summary>
    public int Count => _byId.Count;

    /// <summary>Accounts' lists of orders on a symbol: those that ever had one there.</summary>
    public int AccountOrdersCount => _nextAccountOrders - 1;

    /// <summary>
    /// All orders by slot: for loops that keep the address in a register. Slot 0 is nobody's: its links may be written, and are never read, so
    /// that joining and leaving a list needs no branch.
    /// </summary>
    public RestingOrder* Start => _orders;

    /// <summary>All accounts' lists by index, as <see cref="OrdersOf"/> returns them.</summary>
    public AccountOrders* Lists => _accountOrders;

    /// <summary>The order of a slot that <see cref="Add(long, int, in ClientOrderId)"/> has given.</summary>
    public ref RestingOrder this[int slot]
    {
        // Safety: slots that are given out lie below the array's length, and its elements never move.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _orders[slot];
    }

    public ClientOrderId ClientOrderIdOf(int slot) => _clientOrderIds[slot].Unpack();

    /// <summary>Returns the slot of an order, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long orderId) => _byId.Find(orderId);

    /// <summary>Fetches the place of an order by its id, or that of an account's list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchPlace(bool ofOwner, long owner, long orderId) => Prefetch.Line((void*)PlaceOf(ofOwner, owner, orderId));

    /// <summary>Fetches the place of an order by its id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchPlaceOfOrder(long orderId) => Prefetch.Line(_byId.PlaceOf(orderId));

    /// <summary>Fetches an order by its id, or an account's list, as far as its place tells; returns which, for <see cref="PrefetchBehind"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PrefetchNamed(bool ofOwner, long owner, long orderId)
    {
        var slot = *(int*)PlaceOf(ofOwner, owner, orderId);
        Prefetch.Line((void*)Either(ofOwner, (nint)(_accountOrders + slot), (nint)(_orders + slot)));
        return slot;
    }

    /// <summary>
    /// Fetches what a new order, or the removal of one, touches behind what it names, which has been fetched: its place in the index of client ids; the last
    /// one of the account's orders, or their list.
    /// </summary>
    /// <param name="clientHash">That of a new order; meaningless otherwise.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBehind(bool ofOwner, int slot, uint clientHash)
    {
        // Safety: it was found as what it is read as, and neither lists nor orders move.
        var named = Either(ofOwner, (nint)(_accountOrders + slot), (nint)(_orders + slot));
        var hash = *(uint*)(named + Either(ofOwner, AccountOrders.OwnerOffset, RestingOrder.ClientHashOffset));
        var behind = *(int*)(named + Either(ofOwner, AccountOrders.LastOffset, RestingOrder.AccountOrdersOffset));
        Prefetch.Line(_byClientId.HomeOf((uint)Either(ofOwner, (nint)clientHash, (nint)hash)));
        Prefetch.Line((void*)Either(ofOwner, (nint)(_orders + behind), (nint)(_accountOrders + behind)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint PlaceOf(bool ofOwner, long owner, long orderId) => Either(ofOwner, (nint)_byOwner.PlaceOf(owner), (nint)_byId.PlaceOf(orderId));

    // Why without a branch: no processor can foresee which command comes next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Either(bool isFirst, nint first, nint second) => second ^ ((first ^ second) & -(nint)(isFirst ? 1 : 0));

    /// <summary>Returns the slot where an order probably is, and fetches it; 0 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int GuessAndPrefetch(long orderId)
    {
        var slot = _byId.Guess(orderId);
        Prefetch.Line(_orders + slot);
        return slot;
    }

    /// <summary>Returns the index where the account's orders on the symbol probably are: those found lately at its place, or 0. The list says whose it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int GuessAccountOrders(long owner) => _byOwner.Guess(owner);

    /// <summary>Fetches a list of an account's orders.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchList(int accountOrders) => Prefetch.Line(_accountOrders + accountOrders);

    /// <summary>Fetches what a search for the client id, and for the account's orders on the symbol, begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchOwner(long owner, uint idHash)
    {
        _byOwner.Prefetch(owner);
        Prefetch.Line(_byClientId.HomeOf(HashOf((int)owner, idHash)));
    }

    /// <summary>Fetches the orders around one in the queue of its level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNeighbours(int slot)
    {
        ref var order = ref _orders[slot];
        Prefetch.Line(_orders + order.Next);
        Prefetch.Line(_orders + order.Previous);
    }

    /// <summary>Fetches what the removal of an order changes, and what the next new order takes over from it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchRemoval(int slot)
    {
        ref var order = ref _orders[slot];
        Prefetch.Line(_orders + order.NextOfAccount);
        Prefetch.Line(_orders + order.PreviousOfAccount);
        Prefetch.Line(_accountOrders + order.AccountOrders);
        Prefetch.Line(_byClientId.HomeOf(order.ClientHash));
        Prefetch.Line(_clientOrderIds + slot);
    }

    /// <summary>Fetches the account's orders on a symbol and the last of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchAccountOrders(int accountOrders) => Prefetch.Line(_orders + _accountOrders[accountOrders].Last);

    /// <summary>Fetches the slots that the next orders take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchFree()
    {
        Prefetch.Line(_orders + _freeSlot);
        Prefetch.Line(_clientOrderIds + _freeSlot);
    }

    /// <summary>Returns the slot of the account's open order with this client id, or 0.</summary>
    public int Find(int accountId, in ClientOrderId clientOrderId) => Find(accountId, in clientOrderId, HashOf(accountId, clientOrderId.IndexHash()));

    /// <param name="clientHash">As <see cref="HashOf"/> returns it for the two.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Find(int accountId, in ClientOrderId clientOrderId, uint clientHash) =>
        _byClientId.Find(clientHash, new ClientOrderIdMatch(_orders, _clientOrderIds, accountId, new PackedClientOrderId(in clientOrderId)));

    /// <summary>Returns whether the account has an open order with this client id.</summary>
    /// <param name="clientHash">As <see cref="HashOf"/> returns it for the two.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(int accountId, in ClientOrderId clientOrderId, uint clientHash) =>
        _byClientId.MayHave(clientHash) && Find(accountId, in clientOrderId, clientHash) != 0;

    /// <summary>Returns the index of the account's orders on the symbol (see <see cref="OrdersOf"/>), or 0 when it never had one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindAccountOrders(long owner) => _byOwner.Find(owner);

    public int FindAccountOrders(int accountId, int symbolId) => FindAccountOrders(OwnerOf(accountId, symbolId));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly AccountOrders OrdersOf(int accountOrders) => ref _accountOrders[accountOrders];

    /// <summary>Adds an account's orders on a symbol where none have been; returns their index.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int AddAccountOrders(long owner, FundsPlace quoteFunds, FundsPlace baseFunds)
    {
        if (_nextAccountOrders >= _accountArray.Length)
        {
            _accountArray.Grow();
        }

        _accountOrders[_nextAccountOrders] = new AccountOrders(owner, quoteFunds, baseFunds);
        _byOwner.Add(owner, _nextAccountOrders);
        return _nextAccountOrders++;
    }

    /// <summary>Adds an order to all three ways in; its place in a level is the book's matter. Returns its slot.</summary>
    public int Add(long orderId, int accountOrders, in ClientOrderId clientOrderId) =>
        Add(orderId, accountOrders, in clientOrderId, HashOf((int)_accountOrders[accountOrders].Owner, clientOrderId.IndexHash()), out _);

    /// <param name="accountOrders">Index of those of its account on its symbol.</param>
    /// <param name="clientHash">As <see cref="HashOf"/> returns it for the account and client id.</param>
    /// <param name="order">What is at the slot: price, leaves, kind and its place in a level are to be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(long orderId, int accountOrders, in ClientOrderId clientOrderId, uint clientHash, out RestingOrder* order)
    {
        var slot = TakeSlot();

        // Safety: slots and indices lie below the arrays' lengths, as far as they were given out; 0 is nobody's.
        var orders = _orders;
        var list = _accountOrders + accountOrders;
        order = orders + slot;
        var last = list->Last;
        order->OrderId = orderId;
        order->Owner = list->Owner;
        order->QuoteFunds = list->QuoteFunds;
        order->AccountOrders = accountOrders;
        order->ClientHash = clientHash;
        order->NextOfAccount = 0;
        order->PreviousOfAccount = last;
        orders[last].NextOfAccount = slot;
        list->First = Links.IfNone(last, slot, list->First);
        list->Last = slot;
        list->Count++;
        _byId.Add(orderId, slot);
        _clientOrderIds[slot] = new PackedClientOrderId(in clientOrderId);
        if (clientHash != 0)
        {
            _byClientId.Add(clientHash, slot);
        }

        return slot;
    }

    /// <summary>Takes an order, already out of its level, out of all ways in and frees its slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(int slot)
    {
        // Safety: as Add.
        var orders = _orders;
        var order = orders + slot;
        var list = _accountOrders + order->AccountOrders;
        var (next, previous) = (order->NextOfAccount, order->PreviousOfAccount);
        orders[previous].NextOfAccount = next;
        orders[next].PreviousOfAccount = previous;
        list->First = Links.IfNoneInLoop(previous, next, list->First);
        list->Last = Links.IfNoneInLoop(next, previous, list->Last);
        list->Count--;
        _byId.Remove(order->OrderId, slot);
        if (order->ClientHash != 0)
        {
            _byClientId.Remove(order->ClientHash, slot);
        }

        order->OrderId = 0;
        order->Next = _freeSlot;
        _freeSlot = slot;
    }

    public void Dispose()
    {
        FreeIndices();
        _byClientId.Dispose();
        _orderArray.Dispose();
        _clientOrderIdArray.Dispose();
        _accountArray.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the key of a client id in its index: 0 for none, so that such an order is in no index.</summary>
    /// <param name="idHash"><see cref="ClientOrderId.IndexHash"/> of the client id.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint HashOf(int accountId, uint idHash) => idHash == 0 ? 0 : (idHash ^ ((uint)accountId * AccountFactor)) | 1;

    private void FreeIndices()
    {
        _byId.Dispose();
        _byOwner.Dispose();
    }

    /// <summary>Returns account and symbol as one number.</summary>
    public static long OwnerOf(int accountId, int symbolId) => (uint)accountId | ((long)symbolId << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeSlot()
    {
        var slot = _freeSlot;
        if (slot != 0)
        {
            _freeSlot = _orders[slot].Next;
            return slot;
        }

        if (_nextSlot >= _orderArray.Length || _nextSlot >= _clientOrderIdArray.Length)
        {
            GrowFor(_nextSlot);
        }

        return _nextSlot++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GrowFor(int slot)
    {
        while (slot >= _orderArray.Length)
        {
            _orderArray.Grow();
        }

        while (slot >= _clientOrderIdArray.Length)
        {
            _clientOrderIdArray.Grow();
        }
    }

    /// <summary>Returns in words what an order keeps wrongly of its account's list, or of its client id; null for nothing.</summary>
    public string? FindInconsistency(int slot)
    {
        ref readonly var order = ref _orders[slot];
        ref readonly var list = ref _accountOrders[order.AccountOrders];
        var (next, previous) = (order.NextOfAccount, order.PreviousOfAccount);
        if (list.Owner != order.Owner || list.Count <= 0
            || (next == 0 ? list.Last : _orders[next].PreviousOfAccount) != slot || (previous == 0 ? list.First : _orders[previous].NextOfAccount) != slot)
        {
            return "stands wrongly in its account's list";
        }

        var clientOrderId = ClientOrderIdOf(slot);
        return order.ClientHash != HashOf(order.AccountId, clientOrderId.IndexHash()) || (!clientOrderId.IsEmpty && Find(order.AccountId, in clientOrderId) == 0)
            ? "is not found by its client id"
            : null;
    }

    private readonly struct OrderIds(RestingOrder* orders) : IKeyedSlots
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long KeyOf(int slot) => orders[slot].OrderId;
    }

    private readonly struct ClientHashes(RestingOrder* orders) : ISlotKeys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint KeyOf(int slot) => orders[slot].ClientHash;
    }

    private readonly struct ClientOrderIdMatch(RestingOrder* orders, PackedClientOrderId* clientOrderIds, int accountId, PackedClientOrderId wanted) : ISlotMatch
    {
        public bool Is(int slot) => orders[slot].AccountId == accountId && clientOrderIds[slot].Equals(wanted);
    }
}
