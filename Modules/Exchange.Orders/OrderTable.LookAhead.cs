using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Orders;

/// <content>Fetches into the cache what the next records will touch; changes nothing, and nothing is decided here.</content>
internal sealed unsafe partial class OrderTable
{
    /// <summary>Step 1 for an order that will change: where the index of ids finds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchId(long orderId) => Prefetch.Line(_byId.HomeOf(KeyOf(orderId)));

    /// <summary>Step 1 for an order that will be added.</summary>
    public void PrefetchAdded(int accountId, int symbolId, ReadOnlySpan<byte> clientOrderId)
    {
        Prefetch.Line(_byClientId.HomeOf(HashOf(accountId, symbolId, clientOrderId)));
        if ((uint)accountId < (uint)_accounts.Length)
        {
            Prefetch.Line(in _accounts[accountId]);
        }
    }

    /// <summary>Step 2 for an order that will be added: the last one of its account.</summary>
    public void PrefetchLastOf(int accountId)
    {
        if ((uint)accountId < (uint)_accounts.Length)
        {
            Prefetch.Line(in _rows[_accounts[accountId].Last]);
        }
    }

    /// <summary>Step 2 for an order that will change: its row, which probably is the one that is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int GuessAndPrefetch(long orderId)
    {
        var row = _byId.Guess(KeyOf(orderId));
        Prefetch.Line(in _rows[row]);
        return row;
    }

    /// <summary>Step 3 for an order that may close: its account's open orders beside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNeighbours(int row)
    {
        ref readonly var order = ref _rows[row];
        Prefetch.Line(in _rows[order.Previous]);
        Prefetch.Line(in _rows[order.Next]);
    }
}
