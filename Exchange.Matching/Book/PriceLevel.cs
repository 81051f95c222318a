using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>One price level with its queue of orders, oldest first; 32 bytes. Indices are slots of the <see cref="OrderStore"/>.</summary>
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
internal sealed class LevelStore
{
    private readonly ChunkedArray<PriceLevel> _levels = new();
    private int _free;
    private int _next = 1;

    public ref PriceLevel this[int level] => ref _levels[level];

    public int Take(long price)
    {
        int level;
        if (_free != 0)
        {
            level = _free;
            _free = _levels[level].First;
        }
        else
        {
            if (_next >= _levels.Length)
            {
                _levels.Grow();
            }

            level = _next++;
        }

        _levels[level] = new PriceLevel { Price = price };
        return level;
    }

    public void Free(int level)
    {
        _levels[level].First = _free;
        _free = level;
    }
}
