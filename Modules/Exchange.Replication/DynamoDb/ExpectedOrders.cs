using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Exchange.Matching.Events;
using Exchange.Matching.Views;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// Every order of a journal as it stands behind the last record, open ones whole and all as digests: some 60 bytes an order, however many have closed. One
/// thread.
/// </summary>
internal sealed class ExpectedOrders(Func<SymbolDirectory> symbols)
{
    private readonly StampedOrders _orders = new(symbols, cachedCount: int.MaxValue);
    private readonly Dictionary<long, (ulong Digest, ItemStamp Stamp)> _all = [];

    public IEnumerable<long> Ids => _all.Keys;

    public void Apply(long epoch, in Record record)
    {
        _orders.Apply(epoch, record);
        foreach (var row in _orders.Touched)
        {
            _all[_orders[row].OrderId] = (DigestOf(_orders[row]), _orders.Stamp(row).Changed);
        }

        _orders.Committed();
    }

    public bool Contains(long orderId) => _all.ContainsKey(orderId);

    public ItemStamp StampOf(long orderId) => _all[orderId].Stamp;

    public bool IsSame(in OrderState order) => _all.TryGetValue(order.OrderId, out var expected) && expected.Digest == DigestOf(order);

    /// <summary>64 bits of SHA-256: two orders that differ have the same once in 2^64.</summary>
    private static ulong DigestOf(in OrderState order)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(new ReadOnlySpan<OrderState>(in order)), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
