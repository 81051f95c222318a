using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Replication.Following;
using Exchange.Replication.Market;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// Orders and books in DynamoDB, item by item, each write conditional on the stamp of what stands there. One thread.
/// <code>
/// batch:  read the stored orders that it changes ─► fold ─► announce where it leads ─► orders ─► chunks of books ─► their headers ─► the position
/// </code>
/// 1. The position moves when every item of the batch is stored. An item may stand ahead of it, then it carries what it was before, and nothing stands
///    ahead of what was announced.
/// 2. A batch that was broken off is made again from the position, and leads at least to where it was announced to: the items that it left behind are folded
///    from what they were before, and written again with the same stamp or a newer one.
/// 3. Orders are read from the store when a record changes them, and kept while they are open; books come from a market of the replicator's own, which outlasts
///    failures of the store and may be ahead of the position.
/// </summary>
/// <param name="connect">Makes a connection that tells of every request; called anew after every failure.</param>
/// <param name="origin">Called once, at the first Open.</param>
/// <param name="beforeWrite">Called with a name before every write is sent; what it throws fails the write. For tests.</param>
internal sealed class DynamoDbReplicator(
    DynamoDbOptions options, Func<Action, DynamoDbConnection> connect, Func<MarketOrigin> origin, TimeProvider clock, Action<string>? beforeWrite = null) : IReplicator
{
    private readonly DynamoDbTables _tables = new(options);
    private readonly BookWriter _writer = new(new DynamoDbTables(options), options, clock, beforeWrite);
    private readonly OrderBatch _batch = new();
    private readonly HashSet<BookMirror> _changedBooks = [];
    private Books? _books;
    private StampedOrders? _orders;
    private JournalRecall? _recall;
    private DynamoDbConnection? _connection;
    private StoredPosition _stored = StoredPosition.None;
    private long _sequence;
    private long _roundTrips;

    public string Name => "dynamodb";

    /// <summary>None until the batch has come to where it was announced to: it must not be committed before.</summary>
    public int PendingCount => _sequence < _stored.Next.Sequence ? 0 : _batch.Count + _changedBooks.Count;

    public int PendingMax => options.BatchItems;

    public long RoundTrips => Volatile.Read(ref _roundTrips);

    public JournalPosition Open()
    {
        if (_books is null)
        {
            Begin();
        }

        _connection = connect(() => Interlocked.Increment(ref _roundTrips));
        _tables.PrepareAsync(_connection.Client).GetAwaiter().GetResult();
        _stored = StoredPosition.Read(_connection, _tables.Orders);
        if (_stored.IsClearing)
        {
            DynamoDbClearing.Finish(_connection, _tables);
            _stored = StoredPosition.None;
        }

        var books = _books!;
        _recall!.BringTo(_stored.Position, books.Market.Sequence, (long epoch, in Record record) => books.Apply(epoch, record));
        FindHeads(books, _connection);
        _sequence = _stored.Position.Sequence;
        return _stored.Position;
    }

    public void Apply(long epoch, in Record record)
    {
        Invariant.That(record.Sequence == _sequence + 1, "records are applied in sequence, each once");
        _sequence = record.Sequence;
        if (record.Sequence == _stored.Next.Sequence && JournalPosition.Behind(epoch, record) != _stored.Next)
        {
            throw new RebuildNeededException(
                $"a batch was on its way to {_stored.Next.Sequence}, where this journal has another record: it followed another journal");
        }

        _batch.Add(epoch, record);

        // A failure in the middle of a batch leaves the market ahead of the store: it has these records.
        if (record.Sequence > _books!.Market.Sequence && _books.Apply(epoch, record) is { IsStored: false } changed)
        {
            _changedBooks.Add(changed);
        }
    }

    public void Commit(in JournalPosition position)
    {
        if (position.Sequence < _stored.Next.Sequence)
        {
            throw new RebuildNeededException(
                $"a batch was on its way to {_stored.Next.Sequence}, behind the journal's end {position.Sequence}: the journal was restored to an earlier state, or lost its tail");
        }

        ReadOrders();
        _batch.FoldInto(_orders!);
        var orders = _orders!.Touched.ToList();
        var books = _books!.Unstored.ToList();
        if (orders.Count + books.Count > 0 || _stored.IsUnderWay)
        {
            Move(new StoredPosition(_stored.Position, position, IsClearing: false));
        }

        WriteOrders(orders);
        if (books.Count > 0)
        {
            _writer.Write(_books, books, _connection!);
        }

        Move(new StoredPosition(position, default, IsClearing: false));
        _orders.Committed();
        _batch.Clear();
        _changedBooks.Clear();
    }

    public void Close()
    {
        _batch.Clear();
        _orders?.Clear();
        _changedBooks.Clear();
        _connection?.Dispose();
        _connection = null;
    }

    private void Begin()
    {
        var (market, recall) = origin();
        var begun = recall.PositionAt(market.Sequence);
        var books = new Books(market);
        books.Begin(ItemStamp.Of(begun), begun.TimeUs);
        (_books, _recall) = (books, recall);
        _orders = new StampedOrders(() => market.Symbols, options.OpenOrdersCached);
    }

    /// <summary>Reads how each book is stored.</summary>
    private void FindHeads(Books books, DynamoDbConnection connection)
    {
        var heads = connection.GetAll(_tables.Books, books.All.Select(book => DynamoDbTables.BookKey(book.Symbol.Name, BookItem.Head)))
            .ToDictionary(head => head.Text(DynamoDbTables.Symbol));
        if (heads.Values.FirstOrDefault(head => head.Number(Item.Sequence) > Math.Max(books.Market.Sequence, _stored.Next.Sequence)) is { } beyond)
        {
            throw new RebuildNeededException(
                $"the book of {beyond.Text(DynamoDbTables.Symbol)} stands behind record {beyond.Number(Item.Sequence)}, behind the journal's end: the journal was restored to an earlier state, or lost its tail");
        }

        foreach (var book in books.All)
        {
            book.Found(heads.GetValueOrDefault(book.Symbol.Name));
        }
    }

    /// <summary>Takes in the stored orders that the batch changes, as they stood behind the position.</summary>
    private void ReadOrders()
    {
        var keys = _batch.Changed.Where(order => !_orders!.Contains(order.Key)).Select(order => OrderItem.KeyOf(order.Value, order.Key));
        foreach (var item in _connection!.GetAll(_tables.Orders, keys))
        {
            if (OrderItem.TryStateAt(item, _stored.Position.Sequence, out var order))
            {
                _orders!.TakeIn(order);
            }
        }
    }

    private void WriteOrders(List<int> rows) => _connection!.ForEach(
        rows,
        row => _connection.TryPutNewerAsync(_tables.Orders, _orders!.ItemOf(row)),
        row => beforeWrite?.Invoke($"order {_orders![row].OrderId}"));

    /// <summary>Moves the store's position, or announces where it will be.</summary>
    /// <exception cref="InvalidOperationException">Another writer was faster.</exception>
    private void Move(StoredPosition next)
    {
        if (next == _stored)
        {
            return;
        }

        beforeWrite?.Invoke("position");
        _stored.Replace(_connection!, _tables.Orders, next);
        _stored = next;
    }
}
