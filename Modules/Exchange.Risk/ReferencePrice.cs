using System.Runtime.CompilerServices;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// The price that the filters measure by: the volume-weighted average of a symbol's trades in the last minutes, kept in buckets
/// of 5 seconds of journal time; the last price when the window is empty or has no length. Engine thread only; allocates nothing after
/// construction.
/// <code>
/// bucket of a time = timeUs / 5,000,000; its slot = bucket % N; N = minutes x 12
/// window at a time = the N buckets up to that of the time
/// sums = over the window at the newest trade but its newest bucket, which is added when they are asked for; a later reading takes off what has left
///        the window since
/// </code>
/// Only trades change it: reading at any time, or not at all, leaves the same state.
/// </summary>
internal sealed class ReferencePrice(int minutes)
{
    private const long BucketUs = 5_000_000;
    private const int BucketsPerMinute = 12;

    /// <summary>Longest window that a snapshot may state.</summary>
    private const int MinutesMax = 24 * 60;

    private readonly Bucket[] _buckets = new Bucket[minutes * BucketsPerMinute];
    private Int128 _turnover;
    private Int128 _volume;
    private long _newestBucket;

    // Where the newest bucket begins and lies, once a trade has entered it; no part of the state.
    private long _newestBucketUs = long.MaxValue - BucketUs;
    private int _newestSlot;

    private struct Bucket
    {
        /// <summary>Sum of ticks x lots.</summary>
        public Int128 Turnover;

        /// <summary>Sum of lots.</summary>
        public Int128 Volume;
    }

    /// <summary>Ticks; 0 before the first trade.</summary>
    public long LastPrice { get; private set; }

    /// <summary>Returns when the bucket of a time ends: until then, only trades change what <see cref="At"/> returns.</summary>
    public static long EndOfBucketUs(long timeUs) => (timeUs / BucketUs + 1) * BucketUs;

    /// <summary>Returns the reference price in ticks, rounded down, or 0 when the symbol has never traded.</summary>
    public long At(long timeUs)
    {
        if (_buckets.Length == 0 || LastPrice == 0)
        {
            return LastPrice;
        }

        var expiredBefore = timeUs / BucketUs - _buckets.Length + 1;
        if (expiredBefore > _newestBucket)
        {
            return LastPrice;
        }

        ref readonly var newest = ref Slot(_newestBucket);
        var volume = _volume + newest.Volume;
        var turnover = _turnover + newest.Turnover;

        for (var bucket = OldestBucket; bucket < expiredBefore; bucket++)
        {
            ref readonly var expired = ref Slot(bucket);
            volume -= expired.Volume;
            turnover -= expired.Turnover;
        }

        Invariant.That(volume > 0, "the newest bucket in the window holds a trade");
        return (long)(turnover / volume);
    }

    /// <param name="lastPrice">Ticks.</param>
    /// <param name="turnover">Sum of ticks x lots.</param>
    /// <param name="quantity">Lots.</param>
    /// <param name="timeUs">Never before that of earlier trades.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnTrades(long lastPrice, long turnover, long quantity, long timeUs)
    {
        Invariant.That(lastPrice > 0 && turnover > 0 && quantity > 0, "a trade has a price and a quantity");
        LastPrice = lastPrice;
        if (_buckets.Length == 0)
        {
            return;
        }

        if (timeUs < _newestBucketUs || timeUs >= _newestBucketUs + BucketUs)
        {
            Enter(timeUs / BucketUs);
        }

        // What trades of one command turn over fits a long: only the sum of many needs more.
        ref var newest = ref _buckets[_newestSlot];
        newest.Turnover += turnover;
        newest.Volume += quantity;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(LastPrice);
        hash.Add(_newestBucket);
        if (LastPrice == 0)
        {
            return;
        }

        for (var bucket = OldestBucket; bucket <= _newestBucket && _buckets.Length > 0; bucket++)
        {
            ref readonly var slot = ref Slot(bucket);
            hash.Add(slot.Turnover);
            hash.Add(slot.Volume);
        }
    }

    /// <summary>Minutes, last price, newest bucket, then the window's buckets.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(minutes);
        writer.Write(LastPrice);
        writer.Write(_newestBucket);
        for (var bucket = OldestBucket; bucket <= _newestBucket && _buckets.Length > 0; bucket++)
        {
            writer.Write(Slot(bucket).Turnover);
            writer.Write(Slot(bucket).Volume);
        }
    }

    public static ReferencePrice Read(SnapshotReader reader)
    {
        var price = new ReferencePrice(reader.ReadCount(MinutesMax))
        {
            LastPrice = reader.ReadInt64(),
            _newestBucket = reader.ReadInt64(),
        };
        for (var bucket = price.OldestBucket; bucket <= price._newestBucket && price._buckets.Length > 0; bucket++)
        {
            ref var slot = ref price.Slot(bucket);
            slot = new Bucket { Turnover = reader.ReadInt128(), Volume = reader.ReadInt128() };
            price._turnover += bucket < price._newestBucket ? slot.Turnover : 0;
            price._volume += bucket < price._newestBucket ? slot.Volume : 0;
        }

        return price;
    }

    /// <summary>Oldest bucket of the window at the newest trade; not below 0, where time begins.</summary>
    private long OldestBucket => Math.Max(0, _newestBucket - _buckets.Length + 1);

    private ref Bucket Slot(long bucket) => ref _buckets[(int)(bucket % _buckets.Length)];

    /// <summary>Makes <paramref name="bucket"/> the one that trades are added to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Enter(long bucket)
    {
        Invariant.That(bucket >= _newestBucket, "journal time never goes back");
        if (bucket > _newestBucket)
        {
            MoveTo(bucket);
        }

        _newestBucketUs = bucket * BucketUs;
        _newestSlot = (int)(bucket % _buckets.Length);
    }

    private void MoveTo(long bucket)
    {
        if (bucket - _newestBucket >= _buckets.Length)
        {
            Array.Clear(_buckets);
            _turnover = 0;
            _volume = 0;
        }
        else
        {
            _turnover += Slot(_newestBucket).Turnover;
            _volume += Slot(_newestBucket).Volume;
            for (var entering = _newestBucket + 1; entering <= bucket; entering++)
            {
                ref var slot = ref Slot(entering);
                _turnover -= slot.Turnover;
                _volume -= slot.Volume;
                slot = default;
            }
        }

        _newestBucket = bucket;
    }
}
