using System.Numerics;
using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>The leaves of all ladders, named by their first line, from 1; reused last-in-first-out by kind. Engine thread only.</summary>
/// <param name="orders">All orders.</param>
internal sealed unsafe class LeafStore(RestingOrder* orders) : IDisposable
{
    private const int MaxLines = 1 << 27;

    private readonly LevelStore _levels = new();
    private readonly int[] _free = new int[2];
    private int _next = 1;

    // Line 0 is nobody's, but it is read: it has the tag of no wide leaf.
    private readonly ReservedArray<Leaf> _array = NewArray();

    /// <summary>All lines: for code that keeps the address at hand. They never move.</summary>
    public Leaf* Start => _array.Start;

    /// <summary>Levels of compact leaves that have ever been taken: for tests and memory figures.</summary>
    public int LevelsTaken => _levels.LevelsTaken;

    /// <summary>Lines that leaves have ever taken: for tests and memory figures.</summary>
    public int LinesTaken => _next - 1;

    /// <summary>Returns a leaf without levels.</summary>
    public int Take(long number, long kind)
    {
        ref var free = ref _free[kind];
        var leaf = free;
        if (leaf != 0)
        {
            free = (int)Start[leaf].Occupied;
        }
        else
        {
            leaf = TakeNew(Leaf.LinesOf(kind));
        }

        Start[leaf].Occupied = 0;
        Start[leaf].Tag = Leaf.TagOf(number, kind);
        return leaf;
    }

    /// <summary>Takes back a leaf whose levels have gone; those of a wide one are all zero.</summary>
    public void Free(int leaf)
    {
        ref var free = ref _free[Start[leaf].Kind];
        Start[leaf].Occupied = (uint)free;
        Start[leaf].Tag = Leaf.NoTag;
        free = leaf;
    }

    /// <summary>
    /// Returns level <paramref name="slot"/>, which exists. That of one order in a compact leaf is a copy, valid until the next one is asked for, and whatever
    /// is written to it is lost: it follows from the order.
    /// </summary>
    public PriceLevel* LevelAt(Leaf* leaf, int slot)
    {
        if (leaf->Kind == Leaf.Wide)
        {
            return Leaf.WideLevel(leaf, slot);
        }

        var reference = Leaf.Reference(leaf, slot);
        if (reference < 0)
        {
            return _levels.Start + ~reference;
        }

        *_levels.Start = AloneOf(reference);
        return _levels.Start;
    }

    /// <summary>
    /// Returns the first and the last order at a key, as far as a leaf tells, without a look at an order; nobody's where it is another key's. The quantity is not
    /// told.
    /// </summary>
    /// <param name="leaf">One that is, or was, a leaf of any ladder; or line 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PriceLevel GuessQueue(Leaf* leaf, long key)
    {
        // Safety: a line where a leaf began begins only leaves of that kind, and the tag of one that was given back is that of no key.
        var number = key >> 6;
        return leaf->Tag == Leaf.TagOf(number, Leaf.Wide) ? *Leaf.WideLevel(leaf, key)
            : leaf->Tag == Leaf.TagOf(number, Leaf.Compact) && leaf->Has((int)key & 63) ? QueueAt(leaf, (int)key & 63)
            : default;
    }

    /// <summary>Returns level <paramref name="slot"/>, which exists, of a compact leaf, for one order more: from now on a level of the store.</summary>
    public PriceLevel* ShareLevelAt(Leaf* leaf, int slot)
    {
        ref var reference = ref Leaf.Reference(leaf, slot);
        if (reference > 0)
        {
            reference = StoreOf(AloneOf(reference));
        }

        return _levels.Start + ~reference;
    }

    /// <summary>Removes level <paramref name="slot"/>, which exists and has no order any more; that of a wide leaf is all zero.</summary>
    public void Remove(Leaf* leaf, int slot)
    {
        if (leaf->Kind == Leaf.Wide)
        {
            leaf->Occupied &= ~(1UL << slot);
            return;
        }

        var reference = Leaf.Reference(leaf, slot);
        if (reference < 0)
        {
            _levels.Free(~reference);
        }

        Leaf.Remove(leaf, slot);
    }

    /// <summary>Returns a wide leaf with the number and levels of a compact one, which is given back.</summary>
    public int Widen(int leaf)
    {
        var from = Start + leaf;
        var widened = Take(from->Number, Leaf.Wide);
        var to = Start + widened;
        to->Occupied = from->Occupied;
        for (var rest = from->Occupied; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var reference = Leaf.Reference(from, slot);
            *Leaf.WideLevel(to, slot) = *LevelAt(from, slot);
            if (reference < 0)
            {
                _levels.Free(~reference);
            }
        }

        Free(leaf);
        return widened;
    }

    /// <summary>Returns a compact leaf with the number and levels of a wide one, which has room in it and is given back.</summary>
    public int Narrow(int leaf)
    {
        var from = Start + leaf;
        var narrowed = Take(from->Number, Leaf.Compact);
        for (var rest = from->Occupied; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            var level = Leaf.WideLevel(from, slot);
            Leaf.Add(Start + narrowed, slot, level->First == level->Last ? level->First : StoreOf(*level));
            *level = default;
        }

        Free(leaf);
        return narrowed;
    }

    public void Dispose()
    {
        _array.Dispose();
        _levels.Dispose();
    }

    private static ReservedArray<Leaf> NewArray()
    {
        var array = new ReservedArray<Leaf>(MaxLines);
        array.Grow();
        return array;
    }

    /// <summary>As <see cref="GuessQueue"/>, for level <paramref name="slot"/>, which exists, of a compact leaf.</summary>
    private PriceLevel QueueAt(Leaf* leaf, int slot)
    {
        var reference = Leaf.Reference(leaf, slot);
        return reference < 0 ? _levels.Start[~reference] : new PriceLevel { First = reference, Last = reference };
    }

    private PriceLevel AloneOf(int slot) => new() { Quantity = orders[slot].Leaves, First = slot, Last = slot };

    /// <summary>Returns what stands for a level in a compact leaf.</summary>
    private int StoreOf(in PriceLevel level)
    {
        var stored = _levels.Take();
        _levels.Start[stored] = level;
        return ~stored;
    }

    private int TakeNew(int lines)
    {
        while (_next + lines > _array.Length)
        {
            _array.Grow();
        }

        var leaf = _next;
        _next += lines;
        return leaf;
    }
}
