using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// 64 neighbouring prices with the levels that exist there. Three kinds, by how many those are, so that prices far from each other take one cache
/// line each, and prices side by side are found without counting bits:
/// <code>
/// line 0   occupied (8): bit i set = level i exists | tag (8): number * 4 + kind
/// narrow   1 line:   3 levels from byte 16 on, in the order of their prices
/// middle   4 lines: 15 levels, likewise
/// wide    17 lines: 64 levels from byte 64 on, each in a place of its own, all zero where there is none
/// number   what its keys begin with: key >> 6
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = LineSize)]
internal unsafe struct Leaf
{
    public const int LineSize = 64;
    public const long Narrow = 0;
    public const long Middle = 1;
    public const long Wide = 2;

    private const int HeadSize = 16;
    private const int KindBits = 2;
    private const long KindMask = (1 << KindBits) - 1;

    public ulong Occupied;
    public long Tag;

    public readonly long Number => Tag >> KindBits;

    public readonly long Kind => Tag & KindMask;

    /// <summary>Levels that exist.</summary>
    public readonly int Count => BitOperations.PopCount(Occupied);

    /// <summary>Returns the tag of a leaf: one comparison tells number and kind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TagOf(long number, long kind) => (number << KindBits) | kind;

    /// <summary>Most levels of a kind.</summary>
    public static int CapacityOf(long kind) => kind == Narrow ? 3 : kind == Middle ? 15 : 64;

    public static int LinesOf(long kind) => kind == Narrow ? 1 : kind == Middle ? 4 : 17;

    // Safety, for all that follows: a leaf has the lines of its kind, and a level's place lies inside them.

    /// <summary>Returns the place of a level in a wide leaf, whether it exists or not.</summary>
    /// <param name="key">Its low 6 bits count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PriceLevel* WideLevel(Leaf* leaf, long key) => (PriceLevel*)(leaf + 1) + (key & 63);

    /// <summary>Returns level <paramref name="slot"/>, which exists, of a leaf of any kind.</summary>
    public static PriceLevel* LevelAt(Leaf* leaf, int slot) => leaf->Kind == Wide ? WideLevel(leaf, slot) : Compact(leaf) + PlaceOf(leaf, slot);

    /// <summary>Adds level <paramref name="slot"/>, which does not exist; null when the leaf must become wider first.</summary>
    public static PriceLevel* TryAdd(Leaf* leaf, int slot)
    {
        var levels = Compact(leaf);
        if (leaf->Kind == Wide)
        {
            levels = WideLevel(leaf, slot);
        }
        else
        {
            var count = leaf->Count;
            if (count == CapacityOf(leaf->Kind))
            {
                return null;
            }

            var place = PlaceOf(leaf, slot);
            for (var i = count; i > place; i--)
            {
                levels[i] = levels[i - 1];
            }

            levels += place;
            *levels = default;
        }

        leaf->Occupied |= 1UL << slot;
        return levels;
    }

    /// <summary>Removes level <paramref name="slot"/>, which exists and is all zero.</summary>
    public static void Remove(Leaf* leaf, int slot)
    {
        if (leaf->Kind != Wide)
        {
            var levels = Compact(leaf);
            var count = leaf->Count;
            for (var i = PlaceOf(leaf, slot) + 1; i < count; i++)
            {
                levels[i - 1] = levels[i];
            }
        }

        leaf->Occupied &= ~(1UL << slot);
    }

    /// <summary>Copies the levels of one leaf into another, whose lines are zero, of another kind with room for them.</summary>
    public static void Copy(Leaf* from, Leaf* to)
    {
        to->Occupied = from->Occupied;
        for (var rest = from->Occupied; rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            *LevelAt(to, slot) = *LevelAt(from, slot);
        }
    }

    private static PriceLevel* Compact(Leaf* leaf) => (PriceLevel*)((byte*)leaf + HeadSize);

    private static int PlaceOf(Leaf* leaf, int slot) => BitOperations.PopCount(leaf->Occupied & ((1UL << slot) - 1));
}

/// <summary>The leaves of all ladders, named by their first line, from 1; reused last-in-first-out by kind. Engine thread only.</summary>
internal sealed unsafe class LeafStore : IDisposable
{
    private const int MaxLines = 1 << 27;

    private readonly ReservedArray<Leaf> _array = new(MaxLines);
    private readonly int[] _free = new int[3];
    private int _next = 1;

    // Line 0 is nobody's, but it is read: it has the tag of no wide leaf.
    public LeafStore() => _array.Grow();

    /// <summary>All lines: for code that keeps the address at hand. They never move.</summary>
    public Leaf* Start => _array.Start;

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
        Start[leaf].Tag = 0;
        free = leaf;
    }

    /// <summary>Returns a leaf of another kind with the number and levels of one that is given back.</summary>
    public int Change(int leaf, long kind)
    {
        var from = Start + leaf;
        var changed = Take(from->Number, kind);
        Leaf.Copy(from, Start + changed);
        if (from->Kind == Leaf.Wide)
        {
            for (var rest = from->Occupied; rest != 0; rest &= rest - 1)
            {
                *Leaf.WideLevel(from, BitOperations.TrailingZeroCount(rest)) = default;
            }
        }

        Free(leaf);
        return changed;
    }

    public void Dispose() => _array.Dispose();

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
