using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Following;

/// <summary>Reads an order from the store as the last commit left it; false when there is none.</summary>
internal delegate bool StoredOrder(long orderId, out OrderState order);

/// <summary>
/// The orders that a batch touches: added ones, and stored ones that were read because they change. Open orders stay after the commit, as many as
/// the cache may hold, so that they need not be read again. One thread.
/// </summary>
/// <param name="read">Reads what is not here.</param>
/// <param name="cachedCount">Open orders that stay between batches at most.</param>
internal sealed class OrderRows(StoredOrder read, int cachedCount)
{
    private readonly ChunkedArray<Row> _rows = new();
    private readonly Dictionary<long, int> _byId = [];
    private readonly List<int> _added = [];
    private readonly List<int> _changed = [];
    private readonly Stack<int> _free = [];
    private int _rowCount;

    private struct Row
    {
        public OrderState State;
        public bool IsChanged;
    }

    /// <summary>Rows of the orders that the batch added.</summary>
    public IReadOnlyList<int> Added => _added;

    /// <summary>Rows of the orders that were there and were changed.</summary>
    public IReadOnlyList<int> Changed => _changed;

    /// <summary>Open orders that are here.</summary>
    public int Count => _byId.Count;

    public ref OrderState this[int row] => ref _rows[row].State;

    public bool Contains(long orderId) => _byId.ContainsKey(orderId);

    public int Add(in OrderState order)
    {
        var row = TakeIn(order);
        _rows[row].IsChanged = true;
        _added.Add(row);
        return row;
    }

    /// <summary>Takes in an order that is stored and not here.</summary>
    public int TakeIn(in OrderState order)
    {
        if (!_free.TryPop(out var row))
        {
            row = _rowCount++;
            _rows.EnsureIndex(row);
        }

        _rows[row] = new Row { State = order };
        _byId[order.OrderId] = row;
        return row;
    }

    public int Open(long orderId) => Open(orderId, out _);

    /// <param name="isFirst">Whether it is as it was stored.</param>
    public int Open(long orderId, out bool isFirst)
    {
        if (!_byId.TryGetValue(orderId, out var row))
        {
            Invariant.That(read(orderId, out var stored), "an event names an order that the store knows");
            row = TakeIn(stored);
        }

        ref var order = ref _rows[row];
        Invariant.That(order.State.IsOpen, "an event names an open order");
        isFirst = !order.IsChanged;
        if (isFirst)
        {
            order.IsChanged = true;
            _changed.Add(row);
        }

        return row;
    }

    /// <summary>The changes are stored.</summary>
    public void Committed()
    {
        Forget(_added);
        Forget(_changed);
        if (_byId.Count > cachedCount)
        {
            Clear();
        }
    }

    /// <summary>Forgets everything, changes included.</summary>
    public void Clear()
    {
        _byId.Clear();
        _added.Clear();
        _changed.Clear();
        _free.Clear();
        _rowCount = 0;
    }

    private void Forget(List<int> rows)
    {
        foreach (var row in rows)
        {
            _rows[row].IsChanged = false;
            if (!_rows[row].State.IsOpen)
            {
                _byId.Remove(_rows[row].State.OrderId);
                _free.Push(row);
            }
        }

        rows.Clear();
    }
}
