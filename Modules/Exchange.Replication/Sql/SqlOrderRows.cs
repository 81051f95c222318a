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
    private readonly List<int> _added = [];
    private readonly List<int> _changed = [];
    private readonly Stack<int> _free = [];
    private int _rowCount;

    private struct Row
    {
        public OrderState State;
        public bool IsChanged;
    }

    /// <summary>Orders that the batch added.</summary>
    public int AddedCount => _added.Count;

    /// <summary>Orders that were there and were changed.</summary>
    public int ChangedCount => _changed.Count;

    /// <summary>Open orders that are here.</summary>
    public int Count => _byId.Count;

    public ref OrderState this[int row] => ref _rows[row].State;

    public int Add(in OrderState order)
    {
        var row = Insert(order);
        _rows[row].IsChanged = true;
        _added.Add(row);
        return row;
    }

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

    /// <summary>Hands over the added and the changed orders, as they stand now.</summary>
    public void WriteTo(IRowSink sink)
    {
        Write(sink, SqlTables.Orders, _added);
        Write(sink, SqlTables.ChangedOrders, _changed);
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

    private void Write(IRowSink sink, SqlTable table, List<int> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        sink.BeginTable(table, rows.Count);
        foreach (var row in rows)
        {
            ref readonly var order = ref _rows[row].State;
            sink.Add(order.OrderId);
            sink.Add(order.AccountId);
            sink.Add(order.SymbolId);
            sink.Add(order.ClientOrderId.Bytes);
            sink.Add((long)order.Side);
            sink.Add((long)order.Type);
            sink.Add((long)order.TimeInForce);
            sink.Add((long)order.Status);
            sink.Add((long)order.ExpireReason);
            sink.Add(order.Price);
            sink.Add(order.Quantity);
            sink.Add(order.ExecutedQuantity);
            sink.Add(order.CumulativeQuote);
            sink.Add(order.QuoteOrderQuantity);
            sink.Add(order.CreatedUs);
            sink.Add(order.UpdatedUs);
            sink.Add(order.WorkingUs);
        }

        sink.EndTable();
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
