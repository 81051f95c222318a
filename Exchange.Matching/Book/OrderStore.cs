using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// All resting orders of the exchange, with their three ways in: by order id, by account and client id, by account and symbol.
/// Slots are reused last-in-first-out, so that few live orders stay in little memory. Engine thread only; allocates only to grow.
/// <code>
/// orders  [slot] RestingOrder (64)      hot, one cache line
/// details [slot] RestingOrderDetails    cold, same slot
/// byId:        orderId                      → slot
/// byClientId:  hash(account, client id)     → first slot of a chain (NextOfHash), compared by value
/// accounts:    account, symbol              → AccountOrders → list through the orders
/// </code>
/// </summary>
internal sealed class OrderStore : IDisposable
{
    private readonly ChunkedArray<RestingOrder> _orders = new();
    private readonly ChunkedArray<RestingOrderDetails> _details = new();
    private readonly ChunkedArray<AccountOrders> _accountOrders = new();
    private readonly LongMap _byId = new();
    private readonly LongMap _byClientId = new();
    private readonly LongMap _byAccount = new();
    private int _freeSlot;
    private int _nextSlot = 1;
    private int _nextAccountOrders = 1;

    /// <summary>Resting orders.</summary>
    public int Count => _byId.Count;

    public ref RestingOrder this[int slot]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _orders[slot];
    }

    public ref readonly ClientOrderId ClientOrderIdOf(int slot) => ref _details[slot].ClientOrderId;

    /// <summary>Returns the slot of an order, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long orderId) => orderId <= 0 ? 0 : _byId.Find(orderId);

    /// <summary>Returns the slot of the account's open order with this client id, or 0.</summary>
    public int Find(int accountId, in ClientOrderId clientOrderId)
    {
        var slot = _byClientId.Find(HashOf(accountId, clientOrderId));
        while (slot != 0 && !(_orders[slot].AccountId == accountId && _details[slot].ClientOrderId == clientOrderId))
        {
            slot = _details[slot].NextOfHash;
        }

        return slot;
    }

    /// <summary>Returns the index of the account's orders on the symbol (see <see cref="OrdersOf"/>), or 0 when it never had one.</summary>
    public int FindAccountOrders(int accountId, int symbolId) => _byAccount.Find(KeyOf(accountId, symbolId));

    public ref readonly AccountOrders OrdersOf(int accountOrders) => ref _accountOrders[accountOrders];

    /// <summary>Adds an order to all three ways in; its place in a level is the book's matter. Returns its slot.</summary>
    public int Add(long orderId, int accountId, int symbolId, in ClientOrderId clientOrderId)
    {
        var slot = TakeSlot();
        var accountOrders = FindAccountOrders(accountId, symbolId);
        if (accountOrders == 0)
        {
            accountOrders = AddAccountOrders(accountId, symbolId);
        }

        ref var list = ref _accountOrders[accountOrders];
        ref var order = ref _orders[slot];
        order.OrderId = orderId;
        order.AccountId = accountId;
        order.SymbolId = symbolId;
        order.AccountOrders = accountOrders;
        order.NextOfAccount = 0;
        order.PreviousOfAccount = list.Last;
        if (list.Last == 0)
        {
            list.First = slot;
        }
        else
        {
            _orders[list.Last].NextOfAccount = slot;
        }

        list.Last = slot;
        list.Count++;
        _byId.Add(orderId, slot);
        AddClientOrderId(slot, accountId, clientOrderId);
        return slot;
    }

    /// <summary>Takes an order, already out of its level, out of all ways in and frees its slot.</summary>
    public void Remove(int slot)
    {
        ref var order = ref _orders[slot];
        ref var list = ref _accountOrders[order.AccountOrders];
        if (order.PreviousOfAccount == 0)
        {
            list.First = order.NextOfAccount;
        }
        else
        {
            _orders[order.PreviousOfAccount].NextOfAccount = order.NextOfAccount;
        }

        if (order.NextOfAccount == 0)
        {
            list.Last = order.PreviousOfAccount;
        }
        else
        {
            _orders[order.NextOfAccount].PreviousOfAccount = order.PreviousOfAccount;
        }

        list.Count--;
        _byId.Remove(order.OrderId);
        RemoveClientOrderId(slot, order.AccountId);
        order.Next = _freeSlot;
        _freeSlot = slot;
    }

    public void Dispose()
    {
        _byId.Dispose();
        _byClientId.Dispose();
        _byAccount.Dispose();
    }

    private int TakeSlot()
    {
        if (_freeSlot != 0)
        {
            var reused = _freeSlot;
            _freeSlot = _orders[reused].Next;
            return reused;
        }

        if (_nextSlot >= _orders.Length)
        {
            _orders.Grow();
            _details.Grow();
        }

        return _nextSlot++;
    }

    private int AddAccountOrders(int accountId, int symbolId)
    {
        if (_nextAccountOrders >= _accountOrders.Length)
        {
            _accountOrders.Grow();
        }

        _byAccount.Add(KeyOf(accountId, symbolId), _nextAccountOrders);
        return _nextAccountOrders++;
    }

    private void AddClientOrderId(int slot, int accountId, in ClientOrderId clientOrderId)
    {
        ref var details = ref _details[slot];
        details.ClientOrderId = clientOrderId;
        details.NextOfHash = 0;
        if (clientOrderId.IsEmpty)
        {
            return;
        }

        var key = HashOf(accountId, clientOrderId);
        var first = _byClientId.Find(key);
        if (first == 0)
        {
            _byClientId.Add(key, slot);
        }
        else
        {
            details.NextOfHash = first;
            _byClientId.Replace(key, slot);
        }
    }

    private void RemoveClientOrderId(int slot, int accountId)
    {
        ref var details = ref _details[slot];
        if (details.ClientOrderId.IsEmpty)
        {
            return;
        }

        var key = HashOf(accountId, details.ClientOrderId);
        var first = _byClientId.Find(key);
        if (first != slot)
        {
            var before = first;
            while (_details[before].NextOfHash != slot)
            {
                before = _details[before].NextOfHash;
            }

            _details[before].NextOfHash = details.NextOfHash;
        }
        else if (details.NextOfHash != 0)
        {
            _byClientId.Replace(key, details.NextOfHash);
        }
        else
        {
            _byClientId.Remove(key);
        }
    }

    private static long KeyOf(int accountId, int symbolId) => ((long)accountId << 16) | (uint)symbolId;

    private static long HashOf(int accountId, in ClientOrderId clientOrderId)
    {
        var hash = (long)((clientOrderId.StableHash() ^ (uint)accountId) * 0x9E3779B97F4A7C15);

        // 0 and -1 are no keys of a LongMap; the chain behind a key makes the merge harmless.
        return hash is 0 or -1 ? 1 : hash;
    }
}
