using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Sql;

/// <summary>Reads an order from the store as the last commit left it; false when there is none.</summary>
internal delegate bool StoredOrder(long orderId, out OrderState order);

/// <summary>
/// The orders that a batch touches: added ones, and stored ones that were read because they change. Open orders stay after the commit, as many as
/// the cache may hold, so that they need not be read again. One thread.
/// </summary>
/// <param name="read">Reads what is not here.</param>
/// <param name="cachedCount">Open orders that stay between batches at most.</param>
internal sealed class SqlOrderRows(StoredOrder read, int cachedCount)
{
    private readonly ChunkedArray<Row> _rows = new();
    private readonly Dictionary<long, int> _byId = [];
    private readonly List<int> _changed = [];
    private readonly Stack<int> _free = [];
    private int _rowCount;

    private struct Row
    {
        public OrderState State;
        public bool IsChanged;
    }

    public int ChangedCount => _changed.Count;

    /// <summary>Open orders that are here.</summary>
    public int Count => _byId.Count;

    public ref OrderState this[int row] => ref _rows[row].State;

    public int Add(in OrderState order) => Change(Insert(order));

    public int Open(long orderId)
    {
        if (!_byId.TryGetValue(orderId, out var row))
        {
            Invariant.That(read(orderId, out var stored), "an event names an order that the store knows");
            row = Insert(stored);
        }

        Invariant.That(_rows[row].State.IsOpen, "an event names an open order");
        return Change(row);
    }

    /// <summary>Calls for every changed order, as it stands now.</summary>
    public void ForEachChanged(Action<OrderState> write)
    {
        foreach (var row in _changed)
        {
            write(_rows[row].State);
        }
    }

    /// <summary>The changes are stored.</summary>
    public void Committed()
    {
        foreach (var row in _changed)
        {
            _rows[row].IsChanged = false;
            if (!_rows[row].State.IsOpen)
            {
                _byId.Remove(_rows[row].State.OrderId);
                _free.Push(row);
            }
        }

        _changed.Clear();
        if (_byId.Count > cachedCount)
        {
            Clear();
        }
    }

    /// <summary>Forgets everything, changes included.</summary>
    public void Clear()
    {
        _byId.Clear();
        _changed.Clear();
        _free.Clear();
        _rowCount = 0;
    }

    private int Insert(in OrderState order)
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

    private int Change(int row)
    {
        ref var order = ref _rows[row];
        if (!order.IsChanged)
        {
            order.IsChanged = true;
            _changed.Add(row);
        }

        return row;
    }
}
