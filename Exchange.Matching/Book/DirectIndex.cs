using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>What an index knows of the rows that it finds; slot 0 is nobody's, with the key 0.</summary>
internal interface IKeyedSlots
{
    /// <summary>Returns the key of a slot: what is looked for.</summary>
    long KeyOf(int slot);
}

/// <summary>
/// Finds slots (above 0) by keys that are given out one by one, like order ids. Most that are live are young, so the low bits of the key are the place: one
/// load, and the slot itself says whether it is meant. A younger entry takes the place of an older one with the same low bits, which then is found in
/// an index of such entries. Nothing depends on the order of entries. Engine thread only.
/// <code>
/// table[key % length] ─► slot, 0 = free       at least 4 places for each entry
/// displaced: key      ─► slot                 entries whose place a younger one has
/// </code>
/// Grows without a pause: the longer table is fresh zero pages from the system, and every later change moves some places of the old one over;
/// until that is done a lookup may look into both. A mutable struct, so that its owner holds it in place, and frees it.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It is; the rule overlooks that of a struct.")]
internal unsafe struct DirectIndex<TSlots>(TSlots slots) : IDisposable
    where TSlots : struct, IKeyedSlots
{
    private const int FirstLength = 4_096;
    private const int PlacesPerEntry = 4;

    /// <summary>A table is doubled when a quarter of its places is taken, so it is moved long before as many entries have come again.</summary>
    private const int PlacesMovedPerChange = 16;

    private readonly SlotIndex<DisplacedKeys> _displaced = new(new DisplacedKeys(slots));
    private readonly TSlots _slots = slots;
    private int* _table = (int*)VirtualMemory.AllocateZeroed(FirstLength * sizeof(int));
    private nint _mask = FirstLength - 1;
    private int* _old;
    private nint _oldLength;
    private nint _oldNext;

    /// <summary>Entries from which on an addition has to do with growth: 0 while an old table is left.</summary>
    private int _growAt = FirstLength / PlacesPerEntry;

    public int Count { readonly get; private set; }

    /// <summary>Returns the slot with the key, or 0. Any number may be given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Find(long key)
    {
        // Safety: the mask keeps the place inside the table, which names slots of the store alone.
        var slot = *PlaceOf(key);
        return _slots.KeyOf(slot) == key ? slot : FindElsewhere(key);
    }

    /// <summary>Returns a slot that probably is the one of a key, without a look at it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Guess(long key) => *PlaceOf(key);

    /// <summary>Returns the address of the place where a search for a key begins, for a prefetch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int* PlaceOf(long key) => _table + ((nint)key & _mask);

    /// <summary>Adds a slot, which already has its key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long key, int slot)
    {
        var place = PlaceOf(key);
        var older = *place;
        *place = slot;
        if (older != 0 | ++Count >= _growAt)
        {
            AddElsewhere(older);
        }
    }

    /// <summary>Removes a slot that is in the index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(long key, int slot)
    {
        var place = PlaceOf(key);
        Count--;
        if (*place == slot)
        {
            *place = 0;
        }
        else
        {
            RemoveElsewhere(key, slot);
        }
    }

    public void Dispose()
    {
        _displaced.Dispose();
        FreeTables();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly int FindElsewhere(long key)
    {
        if (key <= 0)
        {
            return 0;
        }

        if (_old != null)
        {
            var slot = *OldPlaceOf(key);
            if (slot != 0 && _slots.KeyOf(slot) == key)
            {
                return slot;
            }
        }

        return _displaced.Find(HashOf(key), new HasKey(_slots, key));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddElsewhere(int older)
    {
        if (older != 0)
        {
            _displaced.Add(HashOf(_slots.KeyOf(older)), older);
        }

        if (_old != null)
        {
            MoveSome();
        }
        else if (Count >= _growAt)
        {
            _growAt = 0;
            _old = _table;
            _oldLength = _mask + 1;
            _oldNext = 0;
            _table = (int*)VirtualMemory.AllocateZeroed((nuint)(_oldLength * 2 * sizeof(int)));
            _mask = _oldLength * 2 - 1;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveElsewhere(long key, int slot)
    {
        if (_old != null && *OldPlaceOf(key) == slot)
        {
            *OldPlaceOf(key) = 0;
        }
        else
        {
            _displaced.Remove(HashOf(key), slot);
        }
    }

    private readonly int* OldPlaceOf(long key) => _old + ((nint)key & (_oldLength - 1));

    /// <summary>Moves the next places of the old table; frees it behind the last one.</summary>
    private void MoveSome()
    {
        for (var end = _oldNext + PlacesMovedPerChange; _oldNext < end; _oldNext++)
        {
            var slot = _old[_oldNext];
            if (slot != 0)
            {
                _old[_oldNext] = 0;
                var place = _table + ((nint)_slots.KeyOf(slot) & _mask);
                if (*place == 0)
                {
                    *place = slot;
                }
                else
                {
                    // What stands there has come since the table was doubled.
                    _displaced.Add(HashOf(_slots.KeyOf(slot)), slot);
                }
            }
        }

        if (_oldNext == _oldLength)
        {
            VirtualMemory.Free(_old, (nuint)(_oldLength * sizeof(int)));
            _old = null;
            _growAt = (int)Math.Min((_mask + 1) / PlacesPerEntry, int.MaxValue);
        }
    }

    private void FreeTables()
    {
        VirtualMemory.Free(_table, (nuint)((_mask + 1) * sizeof(int)));
        if (_old != null)
        {
            VirtualMemory.Free(_old, (nuint)(_oldLength * sizeof(int)));
        }

        _table = null;
        _old = null;
    }

    private static uint HashOf(long key) => (uint)key + ((uint)(key >> 32) * 0x9E3779B1u);

    private readonly struct DisplacedKeys(TSlots slots) : ISlotKeys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint KeyOf(int slot) => HashOf(slots.KeyOf(slot));
    }

    private readonly struct HasKey(TSlots slots, long key) : ISlotMatch
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Is(int slot) => slots.KeyOf(slot) == key;
    }
}
