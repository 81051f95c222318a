using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// The nodes above the leaves of all ladders, in cells of 16 bytes. A node begins narrow, with room for 4 children, and becomes wide, with one place for each of
/// the 64, when a fifth comes: so prices far from each other take 32 bytes a node, prices side by side are found without counting bits.
/// Nodes from 1, reused last-in-first-out by width. Engine thread only.
/// <code>
/// cell 0       occupied (8): bit i set = child i exists | tag (8): prefix * 2 + (1 if wide)
/// narrow (2)   children in the order of their bits: 4 x 4 bytes
/// wide (17)    child[64]: places of clear bits are stale and never read
/// prefix       what the keys below the node begin with: key >> 6 * height
/// </code>
/// </summary>
internal sealed unsafe class NodeStore : IDisposable
{
    private const int MaxCells = 1 << 29;
    private const int NarrowChildren = 4;
    private const int NarrowCells = 2;
    private const int WideCells = 17;

    private readonly ReservedArray<Cell> _array = new(MaxCells);
    private readonly Cell* _cells;
    private int _freeNarrow;
    private int _freeWide;
    private int _next = 1;

    public NodeStore()
    {
        _array.Grow();
        _cells = _array.Start;
    }

    /// <summary>Cells that nodes have ever taken: for tests and memory figures.</summary>
    public int CellsTaken => _next - 1;

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Cell
    {
        public ulong Occupied;
        public long Tag;
    }

    // Safety, for all that follows: nodes that are given out lie below the array's length with all their cells, elements never move, and a
    // child's place lies inside its node: below 4 in a narrow one, which never holds more, below 64 in a wide one.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Occupied(int node) => _cells[node].Occupied;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Prefix(int node) => _cells[node].Tag >> 1;

    /// <summary>Fetches the head of a node, which in a narrow one is the whole.</summary>
    public void Prefetch(int node) => Types.Prefetch.Line(_cells + node);

    /// <summary>Returns child <paramref name="slot"/>, which exists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Child(int node, int slot)
    {
        var cell = _cells + node;
        return ((int*)(cell + 1))[PlaceOf(cell, slot)];
    }

    /// <summary>Returns a node without children.</summary>
    public int Take(long prefix)
    {
        var node = Take(ref _freeNarrow, NarrowCells);
        _cells[node].Occupied = 0;
        _cells[node].Tag = prefix << 1;
        return node;
    }

    /// <summary>Takes back a node.</summary>
    public void Free(int node)
    {
        ref var free = ref (_cells[node].Tag & 1) == 0 ? ref _freeNarrow : ref _freeWide;
        _cells[node].Occupied = (uint)free;
        free = node;
    }

    /// <summary>Puts another child in the place of child <paramref name="slot"/>, which exists.</summary>
    public void Replace(int node, int slot, int child)
    {
        var cell = _cells + node;
        ((int*)(cell + 1))[PlaceOf(cell, slot)] = child;
    }

    /// <summary>Adds child <paramref name="slot"/>, which does not exist; false when the node must become wide first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(int node, int slot, int child)
    {
        var cell = _cells + node;
        if ((cell->Tag & 1) != 0)
        {
            cell->Occupied |= 1UL << slot;
            ((int*)(cell + 1))[slot] = child;
            return true;
        }

        return TryAddNarrow(cell, slot, child);
    }

    /// <summary>Removes child <paramref name="slot"/>, which exists; returns the children left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Remove(int node, int slot)
    {
        var cell = _cells + node;
        if ((cell->Tag & 1) == 0)
        {
            CloseNarrow(cell, slot);
        }

        return cell->Occupied &= ~(1UL << slot);
    }

    /// <summary>Returns a wide node with the prefix and children of a narrow one, which is given back.</summary>
    public int Widen(int narrow)
    {
        var node = Take(ref _freeWide, WideCells);
        var from = _cells + narrow;
        var to = _cells + node;
        to->Tag = from->Tag | 1;
        to->Occupied = from->Occupied;
        var place = 0;
        for (var rest = from->Occupied; rest != 0; rest &= rest - 1)
        {
            ((int*)(to + 1))[BitOperations.TrailingZeroCount(rest)] = ((int*)(from + 1))[place++];
        }

        Free(narrow);
        return node;
    }

    public void Dispose() => _array.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(Cell* cell, int slot) =>
        (cell->Tag & 1) != 0 ? slot : BitOperations.PopCount(cell->Occupied & ((1UL << slot) - 1));

    private static bool TryAddNarrow(Cell* cell, int slot, int child)
    {
        var count = BitOperations.PopCount(cell->Occupied);
        if (count == NarrowChildren)
        {
            return false;
        }

        var children = (int*)(cell + 1);
        var place = PlaceOf(cell, slot);
        for (var i = count; i > place; i--)
        {
            children[i] = children[i - 1];
        }

        children[place] = child;
        cell->Occupied |= 1UL << slot;
        return true;
    }

    private static void CloseNarrow(Cell* cell, int slot)
    {
        var children = (int*)(cell + 1);
        for (var i = PlaceOf(cell, slot); i < NarrowChildren - 1; i++)
        {
            children[i] = children[i + 1];
        }
    }

    private int Take(ref int free, int cells)
    {
        if (free != 0)
        {
            var reused = free;
            free = (int)_cells[reused].Occupied;
            return reused;
        }

        while (_next + cells > _array.Length)
        {
            _array.Grow();
        }

        var node = _next;
        _next += cells;
        return node;
    }
}
