namespace Exchange.MarketData;

/// <summary>Returns what a list of items is sorted by.</summary>
internal delegate long KeyOf<T>(in T item)
    where T : struct;

/// <summary>
/// The newest items, up to a capacity, oldest first; what does not fit pushes the oldest out. The room grows with use, by doubling, so that a
/// symbol that never trades costs nothing. Not thread-safe.
/// </summary>
internal sealed class RecentRing<T>(int capacity)
    where T : struct
{
    private const int FirstRoom = 16;

    private T[] _items = [];
    private int _first;

    public int Count { get; private set; }

    /// <summary>Something has been pushed out.</summary>
    public bool HasDropped { get; private set; }

    /// <summary>Returns an item; 0 is the oldest.</summary>
    public ref T this[int index]
    {
        get
        {
            var position = _first + index;
            return ref _items[position < _items.Length ? position : position - _items.Length];
        }
    }

    public ref T Newest => ref this[Count - 1];

    public void Add(in T item)
    {
        if (Count < capacity)
        {
            if (Count == _items.Length)
            {
                Array.Resize(ref _items, Math.Min(capacity, Math.Max(FirstRoom, 2 * _items.Length)));
            }

            _items[Count++] = item;
            return;
        }

        _items[_first] = item;
        _first = _first + 1 == capacity ? 0 : _first + 1;
        HasDropped = true;
    }

    /// <summary>Marks that older items existed before the first one: for what a snapshot no longer holds.</summary>
    public void MarkDropped() => HasDropped = true;

    /// <summary>Returns the index of the first item whose key is not below <paramref name="key"/>, or <see cref="Count"/>. Keys must not fall.</summary>
    public int FirstNotBelow(long key, KeyOf<T> keyOf)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (keyOf(in this[middle]) < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
