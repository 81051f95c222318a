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

/// <summary>What an index asks of the slots that are in it.</summary>
public interface ISlotKeys
{
    /// <summary>Returns the key under which a slot was added.</summary>
    uint KeyOf(int slot);
}

/// <summary>
/// Finds slots (above 0) by 32 bits of their key. A bucket is half a cache line with room for 7 entries, all of which are compared at once: no
/// branch depends on where in it an entry lies, so finding, adding and removing cost the same few instructions whatever the keys are. An entry is a slot
/// and as many hashed bits of its key, its tag, as the slot leaves room for: the slot itself says whether it is meant, and several slots may share a key. An
/// entry whose bucket is full lies in one of the next, and the full ones count it; some 4.5 entries a bucket at most keep that rare.
/// Grows without a pause: the larger table is fresh zero pages from the system, and every later change moves two old buckets over; until that
/// is done a lookup may probe both tables. So does a table whose slots become too large for their bits; where that happens while it is still being filled
/// from an older one, which takes more than seven times as many slots as entries, the rest of that is moved at once.
/// Nothing depends on the order of entries. One thread.
/// <code>
/// bucket (32 bytes)
///  0  entries: 7 x 4, 0 = free      tag │ slot
/// 28  overflow (4): entries that passed by here because it was full
/// home of a key: hash(key / 4), so that orders that came one after another are found on one line
/// </code>
/// </summary>
/// <param name="keys">Tells the keys of slots that are in the index, which it does not keep.</param>
/// <param name="capacityBits">The first table has 2^this buckets; 1 to 28.</param>
public sealed unsafe class SlotIndex<TKeys>(TKeys keys, int capacityBits = 8) : IDisposable
    where TKeys : struct, ISlotKeys
{
    private const int EntriesPerBucket = 7;
    private const uint EntryLanes = (1 << EntriesPerBucket) - 1;
    private const int BucketsMovedPerChange = 2;

    /// <summary>Bits for slots beyond those of a table's buckets: seven slots for each entry at most, because not every slot need be in the index.</summary>
    private const int SlotBitsBeyondBuckets = 5;
    private const int MaxSlotBits = 31;

    private readonly TKeys _keys = keys;
    private Table _table = Allocate(capacityBits, capacityBits + SlotBitsBeyondBuckets);
    private Table _old;
    private nuint _oldNext;

    /// <summary>Entries from which on an addition has to do with growth: 0 while an old table is left.</summary>
    private int _growAt = GrowAt((nuint)1 << capacityBits);

    [StructLayout(LayoutKind.Sequential)]
    private struct Bucket
    {
        public fixed uint Entries[EntriesPerBucket];
        public int Overflow;

        // Safety: entries and count are 32 bytes, the whole bucket.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint LanesWith(Bucket* bucket, uint entry) =>
            Vector256.Equals(Vector256.Load((uint*)bucket), Vector256.Create(entry)).ExtractMostSignificantBits() & EntryLanes;

        /// <summary>Free ones count as having the tag 0.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint LanesWithTag(Bucket* bucket, uint tag, uint tagMask) =>
            Vector256.Equals(Vector256.Load((uint*)bucket) & Vector256.Create(tagMask), Vector256.Create(tag)).ExtractMostSignificantBits() & EntryLanes;
    }

    private struct Table
    {
        public Bucket* Buckets;
        public nuint Mask;
        public int Shift;

        /// <summary>The bits of an entry that are not the slot's.</summary>
        public uint TagMask;

        // Fibonacci hashing: the high bits of the product spread sequential ids over the table.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly nuint Home(uint key) => (key >> 2) * 0x9E3779B1u >> Shift;

        // Another factor, whose first three multiples lie far apart: keys that share a home because they are neighbours have different tags.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly uint TagOf(uint key) => (key * 0xC13FA9A9u) & TagMask;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly int SlotOf(uint entry) => (int)(entry & ~TagMask);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool HasBitsFor(int slot) => ((uint)slot & TagMask) == 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly uint LanesOf(Bucket* bucket, uint key) => Bucket.LanesWithTag(bucket, TagOf(key), TagMask);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Insert(uint key, int slot)
        {
            var bucket = Buckets + Home(key);
            var free = Bucket.LanesWith(bucket, 0);
            if (free != 0)
            {
                // Safety: lanes lie below the entries of a bucket; also in what follows.
                bucket->Entries[BitOperations.TrailingZeroCount(free)] = TagOf(key) | (uint)slot;
            }
            else
            {
                InsertFurther(key, slot);
            }
        }

        /// <summary>Takes an entry out; false when it is not in this table.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool TryRemove(uint key, int slot)
        {
            var bucket = Buckets + Home(key);
            var lanes = Bucket.LanesWith(bucket, TagOf(key) | (uint)slot);
            if (lanes == 0)
            {
                return TryRemoveFurther(key, slot);
            }

            bucket->Entries[BitOperations.TrailingZeroCount(lanes)] = 0;
            return true;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void InsertFurther(uint key, int slot)
        {
            // Ends: a table is never full.
            var index = Home(key);
            uint free;
            while ((free = Bucket.LanesWith(Buckets + index, 0)) == 0)
            {
                Buckets[index].Overflow++;
                index = (index + 1) & Mask;
            }

            Buckets[index].Entries[BitOperations.TrailingZeroCount(free)] = TagOf(key) | (uint)slot;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly bool TryRemoveFurther(uint key, int slot)
        {
            var entry = TagOf(key) | (uint)slot;
            var home = Home(key);
            var index = home;
            uint lanes;
            while ((lanes = Bucket.LanesWith(Buckets + index, entry)) == 0)
            {
                if (Buckets[index].Overflow == 0)
                {
                    return false;
                }

                index = (index + 1) & Mask;
            }

            Buckets[index].Entries[BitOperations.TrailingZeroCount(lanes)] = 0;
            for (; home != index; home = (home + 1) & Mask)
            {
                Buckets[home].Overflow--;
            }

            return true;
        }
    }

    ~SlotIndex() => FreeTables();

    public int Count { get; private set; }

    /// <summary>Returns the slot under <paramref name="key"/> that <paramref name="match"/> accepts, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find<TMatch>(uint key, TMatch match)
        where TMatch : struct, ISlotMatch, allows ref struct
    {
        var bucket = _table.Buckets + _table.Home(key);
        for (var lanes = _table.LanesOf(bucket, key); lanes != 0; lanes &= lanes - 1)
        {
            var slot = _table.SlotOf(bucket->Entries[BitOperations.TrailingZeroCount(lanes)]);
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
        return _table.LanesOf(bucket, key) != 0 || bucket->Overflow != 0 || _old.Buckets != null;
    }

    /// <summary>Returns a slot that probably is the one of a key, without a look at it, or 0: the last with its tag in its home.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Guess(uint key)
    {
        var bucket = _table.Buckets + _table.Home(key);
        var lanes = _table.LanesOf(bucket, key);
        return lanes == 0 ? 0 : _table.SlotOf(bucket->Entries[BitOperations.Log2(lanes)]);
    }

    /// <summary>Returns the address at which the probe for a key begins, for a prefetch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* HomeOf(uint key) => _table.Buckets + _table.Home(key);

    /// <summary>Adds a slot that is not in the index, and whose key is from now on told by what tells keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint key, int slot)
    {
        if (Count >= _growAt | !_table.HasBitsFor(slot))
        {
            MoveOrGrow(slot);
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
            for (var lanes = table.LanesOf(bucket, key); lanes != 0; lanes &= lanes - 1)
            {
                var slot = table.SlotOf(bucket->Entries[BitOperations.TrailingZeroCount(lanes)]);
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
    private void MoveOrGrow(int slot)
    {
        var bits = 32 - _table.Shift;
        if (!_table.HasBitsFor(slot))
        {
            while (_old.Buckets != null)
            {
                MoveSome();
            }

            // As large as its entries need, too: slots may come to this again and again. One bit more than this one takes, so they double before they do.
            bits += Count >= GrowAt(_table.Mask + 1) ? 1 : 0;
            MoveInto(Allocate(bits, Math.Max(bits + SlotBitsBeyondBuckets, BitOperations.Log2((uint)slot) + 2)));
        }
        else if (_old.Buckets == null)
        {
            MoveInto(Allocate(bits + 1, Math.Max(bits + 1 + SlotBitsBeyondBuckets, BitOperations.TrailingZeroCount(_table.TagMask))));
        }

        MoveSome();
    }

    private void MoveInto(Table table)
    {
        _old = _table;
        _oldNext = 0;
        _table = table;
        _growAt = 0;
    }

    /// <summary>Moves the entries of the next old buckets; frees the old table behind the last one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveSome()
    {
        // A table is doubled at 4.5 entries a bucket, so 4.5 additions per old bucket pass before the next growth: with two buckets per
        // change the move is over long before. Into a table of the same size, half an entry a bucket comes during the move.
        for (var moved = 0; moved < BucketsMovedPerChange; moved++)
        {
            // An entry that has moved must not be found twice. What passed by here may still lie further on: the count stays.
            var bucket = _old.Buckets + _oldNext;
            for (var lane = 0; lane < EntriesPerBucket; lane++)
            {
                var entry = bucket->Entries[lane];
                if (entry != 0)
                {
                    var slot = _old.SlotOf(entry);
                    _table.Insert(_keys.KeyOf(slot), slot);
                    bucket->Entries[lane] = 0;
                }
            }

            if (_oldNext++ == _old.Mask)
            {
                Free(in _old);
                _old = default;
                _growAt = GrowAt(_table.Mask + 1);
                return;
            }
        }
    }

    private static Table Allocate(int capacityBits, int slotBits) => new()
    {
        Buckets = (Bucket*)VirtualMemory.AllocateZeroed((nuint)sizeof(Bucket) << capacityBits),
        Mask = ((nuint)1 << capacityBits) - 1,
        Shift = 32 - capacityBits,
        TagMask = uint.MaxValue << Math.Min(slotBits, MaxSlotBits),
    };

    /// <summary>Returns the number of 4.5 entries a bucket.</summary>
    private static int GrowAt(nuint buckets) => (int)Math.Min(buckets * 9 / 2, int.MaxValue);

    private static void Free(in Table table) => VirtualMemory.Free(table.Buckets, (table.Mask + 1) * (nuint)sizeof(Bucket));

    private void FreeTables()
    {
        Free(in _table);
        Free(in _old);
        _table = default;
        _old = default;
    }
}
