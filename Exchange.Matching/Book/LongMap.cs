using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Book;

/// <summary>
/// Maps 64-bit keys (not 0, not -1) to 32-bit values: open addressing with linear probing over native memory, at most 5/8 full.
/// Grows without a pause: the larger table is fresh zero pages from the system, and every later change moves 16 old slots over;
/// until that is done a lookup may probe both tables. Nothing depends on the order of slots. One thread.
/// <code>
/// slot (16 bytes): key (8), 0 = free, -1 = removed (old table only) | value (4) | unused (4)
/// </code>
/// </summary>
internal sealed unsafe class LongMap : IDisposable
{
    private const long Free = 0;
    private const long Removed = -1;
    private const int SlotsMovedPerChange = 16;

    private Slot* _slots;
    private nuint _mask;
    private int _shift;
    private int _count;

    private Slot* _oldSlots;
    private nuint _oldMask;
    private int _oldShift;
    private nuint _oldNext;

    private struct Slot
    {
        public long Key;
        public int Value;
#pragma warning disable CS0169 // keeps a slot at 16 bytes, so that it never straddles a cache line
        private readonly int _unused;
#pragma warning restore CS0169
    }

    /// <param name="capacityBits">The first table has 2^this slots.</param>
    public LongMap(int capacityBits = 12)
    {
        _slots = Allocate(capacityBits);
        _mask = ((nuint)1 << capacityBits) - 1;
        _shift = 64 - capacityBits;
    }

    ~LongMap() => FreeTables();

    public int Count => _count;

    /// <summary>Returns the value of <paramref name="key"/>, or 0 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long key)
    {
        // Safety: indices are masked to the table, which always has a free slot, so the probe ends.
        var slots = _slots;
        var index = Home(key, _shift);
        while (true)
        {
            ref var slot = ref slots[index];
            if (slot.Key == key)
            {
                return slot.Value;
            }

            if (slot.Key == Free)
            {
                return _oldSlots == null ? 0 : FindOld(key);
            }

            index = (index + 1) & _mask;
        }
    }

    /// <summary>Adds a key that is not in the map.</summary>
    public void Add(long key, int value)
    {
        if (_oldSlots != null)
        {
            MoveSome();
        }
        else if ((nuint)(_count + 1) * 8 > (_mask + 1) * 5)
        {
            Grow();
        }

        Insert(key, value);
        _count++;
    }

    /// <summary>Replaces the value of a key that is in the map.</summary>
    public void Replace(long key, int value)
    {
        var slot = Locate(_slots, _mask, _shift, key);
        if (slot == null)
        {
            slot = Locate(_oldSlots, _oldMask, _oldShift, key);
        }

        slot->Value = value;
    }

    /// <summary>Removes a key; returns whether it was there.</summary>
    public bool Remove(long key)
    {
        var slot = Locate(_slots, _mask, _shift, key);
        if (slot != null)
        {
            CloseGap((nuint)(slot - _slots));
        }
        else
        {
            slot = _oldSlots == null ? null : Locate(_oldSlots, _oldMask, _oldShift, key);
            if (slot == null)
            {
                return false;
            }

            slot->Key = Removed;
        }

        _count--;
        if (_oldSlots != null)
        {
            MoveSome();
        }

        return true;
    }

    public void Dispose()
    {
        FreeTables();
        GC.SuppressFinalize(this);
    }

    // Fibonacci hashing: the high bits of the product spread sequential ids over the table.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Home(long key, int shift) => (nuint)((ulong)key * 0x9E3779B97F4A7C15 >> shift);

    private static Slot* Locate(Slot* slots, nuint mask, int shift, long key)
    {
        // Safety: as Find.
        var index = Home(key, shift);
        while (slots[index].Key != key)
        {
            if (slots[index].Key == Free)
            {
                return null;
            }

            index = (index + 1) & mask;
        }

        return slots + index;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindOld(long key)
    {
        var slot = Locate(_oldSlots, _oldMask, _oldShift, key);
        return slot == null ? 0 : slot->Value;
    }

    private void Insert(long key, int value)
    {
        var index = Home(key, _shift);
        while (_slots[index].Key != Free)
        {
            index = (index + 1) & _mask;
        }

        _slots[index].Key = key;
        _slots[index].Value = value;
    }

    /// <summary>Takes the slot out of its probe sequence by moving later members of the sequence forward (no tombstones).</summary>
    private void CloseGap(nuint gap)
    {
        var index = gap;
        while (true)
        {
            index = (index + 1) & _mask;
            if (_slots[index].Key == Free)
            {
                _slots[gap].Key = Free;
                return;
            }

            var home = Home(_slots[index].Key, _shift);
            if (((index - home) & _mask) >= ((index - gap) & _mask))
            {
                _slots[gap] = _slots[index];
                gap = index;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        _oldSlots = _slots;
        _oldMask = _mask;
        _oldShift = _shift;
        _oldNext = 0;
        _shift--;
        _mask = (_mask << 1) | 1;
        _slots = Allocate(64 - _shift);
        MoveSome();
    }

    /// <summary>Moves the next old slots; frees the old table behind the last one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveSome()
    {
        // A table is doubled at 5/8, so 3/8 of its slots in additions pass before the next growth: with 16 slots per change the
        // move is over long before.
        for (var moved = 0; moved < SlotsMovedPerChange; moved++)
        {
            ref var slot = ref _oldSlots[_oldNext];
            if (slot.Key is not Free and not Removed)
            {
                Insert(slot.Key, slot.Value);

                // The moved key must not be found twice, and its old probe sequence must not end here.
                slot.Key = Removed;
            }

            if (_oldNext++ == _oldMask)
            {
                NativeMemory.Free(_oldSlots);
                _oldSlots = null;
                return;
            }
        }
    }

    private static Slot* Allocate(int capacityBits) => (Slot*)NativeMemory.AllocZeroed((nuint)1 << capacityBits, (nuint)sizeof(Slot));

    private void FreeTables()
    {
        NativeMemory.Free(_slots);
        NativeMemory.Free(_oldSlots);
        _slots = null;
        _oldSlots = null;
    }
}
