using Exchange.Matching.Types;

namespace Exchange.Orders;

/// <summary>
/// The closed orders' rows in the order of their closing: a ring, written and read one after another. Its entries have numbers, from 1; an entry knows how
/// far back its account's one before lies, so that forgetting the oldest needs to touch none but it: a number below the oldest ends the way.
/// Not thread-safe. Allocates new chunks only.
/// </summary>
/// <param name="capacity">Entries at most.</param>
internal sealed class ClosedQueue(int capacity)
{
    private readonly ChunkedArray<Entry> _ring = new();
    private readonly ChunkedArray<long> _newestOfAccount = new();
    private long _oldest = 1;
    private long _next = 1;

    // Where the oldest and the next entry lie: a ring of any length without a division.
    private int _oldestIndex;
    private int _nextIndex;

    public struct Entry
    {
        /// <summary>Sequence of the record that closed the order.</summary>
        public long Sequence;

        public int Row;

        /// <summary>Entries back to the account's order that closed before; 0 when that had left already.</summary>
        public int Back;
    }

    public int Count => (int)(_next - _oldest);

    public bool IsFull => Count == capacity;

    /// <summary>The order that closed first; only while there is one.</summary>
    public ref readonly Entry Oldest => ref _ring[_oldestIndex];

    /// <summary>Number of the order that closed last.</summary>
    public long NewestNumber => _next - 1;

    /// <summary>Number of the order that closed first.</summary>
    public long OldestNumber => _oldest;

    public void Add(int row, int accountId, long sequence)
    {
        Invariant.That(!IsFull, "the queue of closed orders has room");
        _newestOfAccount.EnsureIndex(accountId);
        _ring.EnsureIndex(_nextIndex);
        ref var newest = ref _newestOfAccount[accountId];
        _ring[_nextIndex] = new Entry { Sequence = sequence, Row = row, Back = newest < _oldest ? 0 : (int)(_next - newest) };
        newest = _next++;
        _nextIndex = After(_nextIndex);
    }

    public void RemoveOldest()
    {
        _oldest++;
        _oldestIndex = After(_oldestIndex);
    }

    /// <summary>Returns the row of the entry so many behind the oldest, or <see cref="OrderTable.None"/>.</summary>
    public int RowBehindOldest(int distance) => distance < Count ? this[_oldest + distance].Row : OrderTable.None;

    /// <summary>Returns the number of the account's order that closed last, or 0.</summary>
    public long NewestOf(int accountId)
    {
        var number = (uint)accountId < (uint)_newestOfAccount.Length ? _newestOfAccount[accountId] : 0;
        return number < _oldest ? 0 : number;
    }

    /// <summary>Returns the number of the account's order that closed before that of the entry, or 0.</summary>
    public long Before(long number)
    {
        var back = this[number].Back;
        return back == 0 || number - back < _oldest ? 0 : number - back;
    }

    /// <summary>An entry by its number, from the oldest to the newest.</summary>
    public ref readonly Entry this[long number]
    {
        get
        {
            var index = _oldestIndex + (number - _oldest);
            return ref _ring[(int)(index < capacity ? index : index - capacity)];
        }
    }

    private int After(int index) => index + 1 == capacity ? 0 : index + 1;
}
