using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>Whether a slot found under a key is the one that is looked for.</summary>
public interface ISlotMatch
{
    bool Is(int slot);
}

/// <summary>
/// Finds slots (above 0) by 32 bits of their key. A bucket is one cache line with room for 7 entries, all of which are compared at once: no
/// branch depends on where in it an entry lies, so finding, adding and removing cost the same few instructions whatever the keys are. Only 32
/// bits of a key are kept: the slot itself says whether it is meant, and several slots may share a key. An entry whose bucket is full lies in
/// one of the next, and the full ones count it; at most 4.5 entries a bucket keep that rare.
/// Grows without a pause: the larger table is fresh zero pages from the system, and every later change moves two old buckets over; until that
/// is done a lookup may probe both tables. Nothing depends on the order of entries. One thread.
/// <code>
/// bucket (64 bytes)
///  0  keys:  7 x 4 | overflow (4): entries that passed by here because it was full
/// 32  slots: 7 x 4, 0 = free | 4 spare, zero
/// home of a key: hash(key / 4), so that orders that came one after another are found on one line
/// </code>
/// </summary>
public sealed unsafe class SlotIndex : IDisposable
{
    private const int EntriesPerBucket = 7;
    private const uint EntryLanes = (1 << EntriesPerBucket) - 1;
    private const int BucketsMovedPerChange = 2;

    private Table _table;
    private Table _old;
    private nuint _oldNext;

    /// <summary>Entries from which on an addition has to do with growth: 0 while an old table is left.</summary>
    private int _growAt;

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Bucket
    {
        public fixed uint Keys[EntriesPerBucket];
        public int Overflow;
        public fixed int Slots[EntriesPerBucket];

        // Safety: keys with the count, and slots with the spare word, are 32 bytes each inside the bucket.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint LanesWithKey(Bucket* bucket, uint key) =>
            Vector256.Equals(Vector256.Load((uint*)bucket), Vector256.Create(key)).ExtractMostSignificantBits() & EntryLanes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint LanesWithSlot(Bucket* bucket, int slot) =>
            Vector256.Equals(Vector256.Load((int*)bucket + 8), Vector256.Create(slot)).ExtractMostSignificantBits() & EntryLanes;
    }

    private struct Table
    {
        public Bucket* Buckets;
        public nuint Mask;
        public int Shift;

        // Fibonacci hashing: the high bits of the product spread sequential ids over the table.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly nuint Home(uint key) => (key >> 2) * 0x9E3779B1u >> Shift;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Insert(uint key, int slot)
        {
            var bucket = Buckets + Home(key);
            var free = Bucket.LanesWithSlot(bucket, 0);
            if (free != 0)
            {
                Fill(bucket, free, key, slot);
            }
            else
            {
                InsertFurther(key, slot);
            }
        }

        // Safety: lanes lie below the entries of a bucket.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Fill(Bucket* bucket, uint free, uint key, int slot)
        {
            var lane = BitOperations.TrailingZeroCount(free);
            bucket->Keys[lane] = key;
            bucket->Slots[lane] = slot;
        }

        /// <summary>Takes an entry out; false when it is not in this table.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool TryRemove(uint key, int slot)
        {
            var bucket = Buckets + Home(key);
            var lanes = Bucket.LanesWithSlot(bucket, slot);
            if (lanes == 0)
            {
                return TryRemoveFurther(key, slot);
            }

            Clear(bucket, lanes);
            return true;
        }

        private static void Clear(Bucket* bucket, uint lanes)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            bucket->Keys[lane] = 0;
            bucket->Slots[lane] = 0;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void InsertFurther(uint key, int slot)
        {
            // Ends: a table is never full.
            var index = Home(key);
            uint free;
            while ((free = Bucket.LanesWithSlot(Buckets + index, 0)) == 0)
            {
                Buckets[index].Overflow++;
                index = (index + 1) & Mask;
            }

            Fill(Buckets + index, free, key, slot);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly bool TryRemoveFurther(uint key, int slot)
        {
            var home = Home(key);
            var index = home;
            uint lanes;
            while ((lanes = Bucket.LanesWithSlot(Buckets + index, slot)) == 0)
            {
                if (Buckets[index].Overflow == 0)
                {
                    return false;
                }

                index = (index + 1) & Mask;
            }

            Clear(Buckets + index, lanes);
            for (; home != index; home = (home + 1) & Mask)
            {
                Buckets[home].Overflow--;
            }

            return true;
        }
    }

    /// <param name="capacityBits">The first table has 2^this buckets; 1 to 28.</param>
    public SlotIndex(int capacityBits = 8)
    {
        _table = Allocate(capacityBits);
        _growAt = GrowAt(in _table);
    }

    ~SlotIndex() => FreeTables();

    public int Count { get; private set; }

    /// <summary>Returns the slot under <paramref name="key"/> that <paramref name="match"/> accepts, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find<TMatch>(uint key, TMatch match)
        where TMatch : struct, ISlotMatch, allows ref struct
    {
        var bucket = _table.Buckets + _table.Home(key);
        for (var lanes = Bucket.LanesWithKey(bucket, key); lanes != 0; lanes &= lanes - 1)
        {
            var slot = bucket->Slots[BitOperations.TrailingZeroCount(lanes)];
            if (slot != 0 && match.Is(slot))
            {
                return slot;
            }
        }

        return bucket->Overflow == 0 && _old.Buckets == null ? 0 : FindFurther(key, match);
    }

    /// <summary>Returns whether a slot may be under <paramref name="key"/>; mostly tells, with the home bucket alone, that none is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHave(uint key)
    {
        var bucket = _table.Buckets + _table.Home(key);
        return Bucket.LanesWithKey(bucket, key) != 0 || bucket->Overflow != 0 || _old.Buckets != null;
    }

    /// <summary>Returns a slot that probably is the one of a key, without a look at it, or 0: the last under the key in its home.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Guess(uint key)
    {
        var bucket = _table.Buckets + _table.Home(key);
        var lanes = Bucket.LanesWithKey(bucket, key);

        // Safety: the highest lane, or with none the spare word behind the last, which is zero.
        return bucket->Slots[lanes == 0 ? EntriesPerBucket : BitOperations.Log2(lanes)];
    }

    /// <summary>Returns the address at which the probe for a key begins, for a prefetch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* HomeOf(uint key) => _table.Buckets + _table.Home(key);

    /// <summary>Adds a slot that is not in the index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint key, int slot)
    {
        if (Count >= _growAt)
        {
            MoveOrGrow();
        }

        _table.Insert(key, slot);
        Count++;
    }

    /// <summary>Removes a slot that is in the index under this key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(uint key, int slot)
    {
        if (!_table.TryRemove(key, slot))
        {
            RemoveOld(key, slot);
        }

        Count--;
        if (_old.Buckets != null)
        {
            MoveSome();
        }
    }

    public void Dispose()
    {
        FreeTables();
        GC.SuppressFinalize(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindFurther<TMatch>(uint key, TMatch match)
        where TMatch : struct, ISlotMatch, allows ref struct
    {
        var slot = FindIn(in _table, key, match);
        return slot != 0 || _old.Buckets == null ? slot : FindIn(in _old, key, match);
    }

    private static int FindIn<TMatch>(in Table table, uint key, TMatch match)
        where TMatch : struct, ISlotMatch, allows ref struct
    {
        for (var index = table.Home(key); ; index = (index + 1) & table.Mask)
        {
            var bucket = table.Buckets + index;
            for (var lanes = Bucket.LanesWithKey(bucket, key); lanes != 0; lanes &= lanes - 1)
            {
                var slot = bucket->Slots[BitOperations.TrailingZeroCount(lanes)];
                if (slot != 0 && match.Is(slot))
                {
                    return slot;
                }
            }

            if (bucket->Overflow == 0)
            {
                return 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveOld(uint key, int slot) =>
        Invariant.That(_old.Buckets != null && _old.TryRemove(key, slot), "a slot is removed from an index that it is in");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveOrGrow()
    {
        if (_old.Buckets == null)
        {
            _old = _table;
            _oldNext = 0;
            _table = Allocate(32 - _table.Shift + 1);
            _growAt = 0;
        }

        MoveSome();
    }

    /// <summary>Moves the entries of the next old buckets; frees the old table behind the last one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveSome()
    {
        // A table is doubled at 4.5 entries a bucket, so 4.5 additions per old bucket pass before the next growth: with two buckets per
        // change the move is over long before.
        for (var moved = 0; moved < BucketsMovedPerChange; moved++)
        {
            // An entry that has moved must not be found twice. What passed by here may still lie further on: the count stays.
            var bucket = _old.Buckets + _oldNext;
            for (var lane = 0; lane < EntriesPerBucket; lane++)
            {
                if (bucket->Slots[lane] != 0)
                {
                    _table.Insert(bucket->Keys[lane], bucket->Slots[lane]);
                    bucket->Slots[lane] = 0;
                }
            }

            if (_oldNext++ == _old.Mask)
            {
                Free(in _old);
                _old = default;
                _growAt = GrowAt(in _table);
                return;
            }
        }
    }

    private static Table Allocate(int capacityBits) => new()
    {
        Buckets = (Bucket*)VirtualMemory.AllocateZeroed((nuint)sizeof(Bucket) << capacityBits),
        Mask = ((nuint)1 << capacityBits) - 1,
        Shift = 32 - capacityBits,
    };

    /// <summary>Returns the number of 4.5 entries a bucket.</summary>
    private static int GrowAt(in Table table) => (int)Math.Min((table.Mask + 1) * 9 / 2, int.MaxValue);

    private static void Free(in Table table) => VirtualMemory.Free(table.Buckets, (table.Mask + 1) * (nuint)sizeof(Bucket));

    private void FreeTables()
    {
        Free(in _table);
        Free(in _old);
        _table = default;
        _old = default;
    }
}
