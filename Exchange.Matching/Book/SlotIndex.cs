using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>Whether a slot found under a key is the one that is looked for.</summary>
public interface ISlotMatch
{
    bool Is(int slot);
}

/// <summary>
/// Finds slots (above 0) by 32 bits of their key: open addressing with linear probing over native memory, at most 3/8 full. Only 32 bits are
/// kept, so an entry has 8 bytes and a cache line 8 entries; the slot itself says whether it is meant, and several slots may share a key.
/// Four neighbouring keys have neighbouring homes: orders that came one after another are found on one line.
/// Grows without a pause: the larger table is fresh zero pages from the system, and every later change moves 16 old entries over; until that is
/// done a lookup may probe both tables. Nothing depends on the order of entries. One thread.
/// <code>
/// entry (8 bytes): key (4) | slot (4): 0 = free, -1 = removed (old table only)
/// home of a key: hash(key / 4) * 4 + key % 4
/// </code>
/// </summary>
public sealed unsafe class SlotIndex : IDisposable
{
    private const int Vacant = 0;
    private const int Removed = -1;
    private const int EntriesMovedPerChange = 16;

    private Table _table;
    private Table _old;
    private nuint _oldNext;

    private struct Entry
    {
        public uint Key;
        public int Slot;
    }

    private struct Table
    {
        public Entry* Entries;
        public nuint Mask;
        public int Shift;

        // Fibonacci hashing: the high bits of the product spread sequential ids over the table.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly nuint Home(uint key) => ((nuint)((key >> 2) * 0x9E3779B1u >> Shift) << 2) | (key & 3);

        /// <summary>Returns the entry of exactly this key and slot, or null.</summary>
        public readonly Entry* Locate(uint key, int slot)
        {
            // Safety: indices are masked to the table, which always has a free entry, so the probe ends.
            for (var index = Home(key); Entries[index].Slot != Vacant; index = (index + 1) & Mask)
            {
                if (Entries[index].Slot == slot && Entries[index].Key == key)
                {
                    return Entries + index;
                }
            }

            return null;
        }

        public readonly void Insert(uint key, int slot)
        {
            // Safety: as Locate.
            var index = Home(key);
            while (Entries[index].Slot != Vacant)
            {
                index = (index + 1) & Mask;
            }

            Entries[index].Key = key;
            Entries[index].Slot = slot;
        }
    }

    /// <param name="capacityBits">The first table has 2^this entries; 4 to 31.</param>
    public SlotIndex(int capacityBits = 11) => _table = Allocate(capacityBits);

    ~SlotIndex() => FreeTables();

    public int Count { get; private set; }

    /// <summary>Returns the slot under <paramref name="key"/> that <paramref name="match"/> accepts, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find<TMatch>(uint key, TMatch match)
        where TMatch : struct, ISlotMatch
    {
        // Safety: as Table.Locate.
        var entries = _table.Entries;
        var mask = _table.Mask;
        for (var index = _table.Home(key); ; index = (index + 1) & mask)
        {
            var slot = entries[index].Slot;
            if (slot == Vacant)
            {
                return _old.Entries == null ? 0 : FindOld(key, match);
            }

            if (entries[index].Key == key && match.Is(slot))
            {
                return slot;
            }
        }
    }

    /// <summary>Returns a slot that probably is the one of a key, without a look at it: the first under the key in the newer table, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Guess(uint key)
    {
        // Safety: as Table.Locate.
        var entries = _table.Entries;
        var mask = _table.Mask;
        var index = _table.Home(key);
        while (entries[index].Slot != Vacant && entries[index].Key != key)
        {
            index = (index + 1) & mask;
        }

        return entries[index].Slot;
    }

    /// <summary>Returns the address at which the probe for a key begins, for a prefetch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* HomeOf(uint key) => _table.Entries + _table.Home(key);

    /// <summary>Adds a slot that is not in the index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint key, int slot)
    {
        if (_old.Entries != null || (nuint)Count * 8 > _table.Mask * 3)
        {
            MoveOrGrow();
        }

        _table.Insert(key, slot);
        Count++;
    }

    /// <summary>Removes a slot that is in the index under this key.</summary>
    public void Remove(uint key, int slot)
    {
        var entry = _table.Locate(key, slot);
        if (entry != null)
        {
            CloseGap((nuint)(entry - _table.Entries));
        }
        else
        {
            entry = _old.Entries == null ? null : _old.Locate(key, slot);
            Invariant.That(entry != null, "a slot is removed from an index that it is in");
            entry->Slot = Removed;
        }

        Count--;
        if (_old.Entries != null)
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
    private int FindOld<TMatch>(uint key, TMatch match)
        where TMatch : struct, ISlotMatch
    {
        for (var index = _old.Home(key); _old.Entries[index].Slot != Vacant; index = (index + 1) & _old.Mask)
        {
            ref var entry = ref _old.Entries[index];
            if (entry.Key == key && entry.Slot != Removed && match.Is(entry.Slot))
            {
                return entry.Slot;
            }
        }

        return 0;
    }

    /// <summary>Takes the entry out of its probe sequence by moving later members of the sequence forward (no tombstones).</summary>
    private void CloseGap(nuint gap)
    {
        var entries = _table.Entries;
        var mask = _table.Mask;
        for (var index = (gap + 1) & mask; entries[index].Slot != Vacant; index = (index + 1) & mask)
        {
            if (((index - _table.Home(entries[index].Key)) & mask) >= ((index - gap) & mask))
            {
                entries[gap] = entries[index];
                gap = index;
            }
        }

        entries[gap].Slot = Vacant;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveOrGrow()
    {
        if (_old.Entries == null)
        {
            _old = _table;
            _oldNext = 0;
            _table = Allocate(32 - _table.Shift + 3);
        }

        MoveSome();
    }

    /// <summary>Moves the next old entries; frees the old table behind the last one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveSome()
    {
        // A table is doubled when 3/8 full, so as many additions as 3/8 of its entries pass before the next growth: with 16 entries per
        // change the move is over long before.
        for (var moved = 0; moved < EntriesMovedPerChange; moved++)
        {
            ref var entry = ref _old.Entries[_oldNext];
            if (entry.Slot is not Vacant and not Removed)
            {
                _table.Insert(entry.Key, entry.Slot);

                // The moved slot must not be found twice, and its old probe sequence must not end here.
                entry.Slot = Removed;
            }

            if (_oldNext++ == _old.Mask)
            {
                Free(in _old);
                _old = default;
                return;
            }
        }
    }

    private static Table Allocate(int capacityBits)
    {
        var size = (nuint)sizeof(Entry) << capacityBits;
        Entry* entries;
        if (size < VirtualMemory.LargePageSize)
        {
            entries = (Entry*)NativeMemory.AllocZeroed(size);
        }
        else
        {
            // Lookups go all over a table: in small pages, most of them would miss the address cache, too.
            entries = (Entry*)VirtualMemory.Reserve(size);
            VirtualMemory.PreferLargePages((byte*)entries, size);
            VirtualMemory.Commit((byte*)entries, size);
        }

        return new() { Entries = entries, Mask = ((nuint)1 << capacityBits) - 1, Shift = 32 - (capacityBits - 2) };
    }

    private static void Free(in Table table)
    {
        var size = (table.Mask + 1) * (nuint)sizeof(Entry);
        if (size < VirtualMemory.LargePageSize || table.Entries == null)
        {
            NativeMemory.Free(table.Entries);
        }
        else
        {
            VirtualMemory.Release((byte*)table.Entries, size);
        }
    }

    private void FreeTables()
    {
        Free(in _table);
        Free(in _old);
        _table = default;
        _old = default;
    }
}
