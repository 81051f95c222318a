using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Snapshot;

namespace Exchange.Risk;

/// <summary>
/// A set of the resting orders that have no fill yet. Order ids are dense, so one entry holds a word of 64 neighbours; entries are
/// spread over shards, so that growth copies a small part at once. Bounded by the open orders; enumerated by a snapshot only. Not thread-safe.
/// </summary>
internal sealed class UnfilledOrders
{
    private const int WordShift = 6;
    private const int ShardCount = 256;

    private readonly Dictionary<long, ulong>[] _shards = NewShards();

    public void Add(long orderId)
    {
        var word = orderId >> WordShift;
        CollectionsMarshal.GetValueRefOrAddDefault(_shards[(int)(word % ShardCount)], word, out _) |= Bit(orderId);
    }

    /// <summary>Takes the order out; returns whether it was in.</summary>
    public bool Remove(long orderId)
    {
        var word = orderId >> WordShift;
        var shard = _shards[(int)(word % ShardCount)];
        ref var bits = ref CollectionsMarshal.GetValueRefOrNullRef(shard, word);
        if (Unsafe.IsNullRef(ref bits) || (bits & Bit(orderId)) == 0)
        {
            return false;
        }

        bits &= ~Bit(orderId);
        if (bits == 0)
        {
            shard.Remove(word);
        }

        return true;
    }

    /// <summary>The words in ascending order.</summary>
    public void Save(SnapshotWriter writer)
    {
        var words = _shards.SelectMany(shard => shard).ToArray();
        Array.Sort(words, (left, right) => left.Key.CompareTo(right.Key));
        writer.Write(words.Length);
        foreach (var (word, bits) in words)
        {
            writer.Write(word);
            writer.Write((long)bits);
        }
    }

    public void Load(SnapshotReader reader)
    {
        for (var left = reader.ReadCount(int.MaxValue); left > 0; left--)
        {
            var word = reader.ReadInt64();
            _shards[(int)((ulong)word % ShardCount)][word] = (ulong)reader.ReadInt64();
        }
    }

    private static ulong Bit(long orderId) => 1UL << (int)(orderId & ((1 << WordShift) - 1));

    private static Dictionary<long, ulong>[] NewShards()
    {
        var shards = new Dictionary<long, ulong>[ShardCount];
        for (var i = 0; i < ShardCount; i++)
        {
            shards[i] = [];
        }

        return shards;
    }
}
