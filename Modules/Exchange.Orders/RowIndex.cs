using System.Numerics;
using Exchange.Matching.Types;

namespace Exchange.Orders;

/// <summary>
/// Finds rows by a hash of their key: for each row it keeps the hash and a link, for each bucket the first row. The caller compares keys.
/// Linear hashing: every row added beyond the number of buckets splits one bucket, so that growth never rehashes everything at once
/// (a pause of the publisher would be a pause of every answer). Not thread-safe.
/// </summary>
internal sealed class RowIndex
{
    /// <summary>No row.</summary>
    public const int None = -1;

    private const int InitialBuckets = 1_024;

    // Rows and buckets are stored plus 1, so that fresh (zeroed) chunks mean "none".
    private readonly ChunkedArray<int> _buckets = new();
    private readonly ChunkedArray<Link> _links = new();
    private int _bucketCount = InitialBuckets;
    private int _count;

    private struct Link
    {
        public uint Hash;
        public int NextPlusOne;
    }

    /// <summary>Rows in the index.</summary>
    public int Count => _count;

    public RowIndex() => _buckets.EnsureIndex(InitialBuckets - 1);

    /// <summary>Adds a row that is not in the index.</summary>
    public void Add(int row, uint hash)
    {
        _links.EnsureIndex(row);
        Prepend(row, hash);
        if (++_count > _bucketCount)
        {
            Split();
        }
    }

    /// <summary>Removes a row that is in the index.</summary>
    /// <exception cref="InvalidOperationException">The row is not in the index: a bug.</exception>
    public void Remove(int row)
    {
        ref var link = ref _buckets[BucketOf(_links[row].Hash)];
        while (link != row + 1)
        {
            if (link == 0)
            {
                throw new InvalidOperationException($"row {row} is not in the index");
            }

            link = ref _links[link - 1].NextPlusOne;
        }

        link = _links[row].NextPlusOne;
        _count--;
    }

    /// <summary>Returns the first row with this very hash, or <see cref="None"/>.</summary>
    public int First(uint hash) => Matching(_buckets[BucketOf(hash)], hash);

    /// <summary>Returns the next row with the same hash as <paramref name="row"/>, or <see cref="None"/>.</summary>
    public int Next(int row) => Matching(_links[row].NextPlusOne, _links[row].Hash);

    private int Matching(int rowPlusOne, uint hash)
    {
        while (rowPlusOne != 0 && _links[rowPlusOne - 1].Hash != hash)
        {
            rowPlusOne = _links[rowPlusOne - 1].NextPlusOne;
        }

        return rowPlusOne - 1;
    }

    private void Prepend(int row, uint hash)
    {
        ref var bucket = ref _buckets[BucketOf(hash)];
        _links[row] = new Link { Hash = hash, NextPlusOne = bucket };
        bucket = row + 1;
    }

    /// <summary>With 2^k to 2^(k+1) - 1 buckets, those already split in this round use one bit more of the hash.</summary>
    private int BucketOf(uint hash)
    {
        var half = 1u << BitOperations.Log2((uint)_bucketCount);
        var bucket = hash & (2 * half - 1);
        return (int)(bucket < (uint)_bucketCount ? bucket : bucket - half);
    }

    private void Split()
    {
        var half = 1 << BitOperations.Log2((uint)_bucketCount);
        ref var old = ref _buckets[_bucketCount - half];
        var rowPlusOne = old;
        old = 0;
        _buckets.EnsureIndex(_bucketCount++);
        while (rowPlusOne != 0)
        {
            var row = rowPlusOne - 1;
            rowPlusOne = _links[row].NextPlusOne;
            Prepend(row, _links[row].Hash);
        }
    }
}
