using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// One price level with its queue of orders, oldest first; 32 bytes, two to a cache line. Indices are slots of the <see cref="OrderStore"/>.
/// <code>
///  0  price, ticks (8) | quantity, lots (8)
/// 16  first (4) | last (4) | orderCount (4) | 4 spare
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct PriceLevel
{
    /// <summary>Ticks.</summary>
    public long Price;

    /// <summary>Lots of all its orders.</summary>
    public long Quantity;

    /// <summary>The oldest order; in a free level, the next free level.</summary>
    public int First;

    /// <summary>The youngest order.</summary>
    public int Last;

    public int OrderCount;
}

/// <summary>The price levels of all books. Slots from 1, reused last-in-first-out. Engine thread only.</summary>
internal sealed unsafe class LevelStore : IDisposable
{
    private readonly ReservedArray<PriceLevel> _array = new(OrderStore.MaxOrders);
    private readonly PriceLevel* _levels;
    private int _free;
    private int _next = 1;

    public LevelStore()
    {
        _array.Grow();
        _levels = _array.Start;
    }

    /// <summary>All levels by slot: for loops that keep the address in a register.</summary>
    public PriceLevel* Start => _levels;

    /// <summary>The level of a slot that <see cref="Take"/> has given.</summary>
    public ref PriceLevel this[int level]
    {
        // Safety: slots that are given out lie below the array's length, and its elements never move.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _levels[level];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(long price)
    {
        var level = _free != 0 ? _free : TakeNew();

        // Safety: as the indexer. A new level is zero, so that it ends the free list as its last.
        var taken = _levels + level;
        _free = taken->First;
        taken->Price = price;
        taken->Quantity = 0;
        taken->First = 0;
        taken->Last = 0;
        taken->OrderCount = 0;
        return level;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeNew()
    {
        if (_next >= _array.Length)
        {
            _array.Grow();
        }

        return _next++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(int level)
    {
        _levels[level].First = _free;
        _free = level;
    }

    public void Dispose() => _array.Dispose();
}
