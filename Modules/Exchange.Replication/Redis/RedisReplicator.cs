using Exchange.Matching.Events;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>
/// Market data in Redis, written from a fold of its own that lives as long as this object: it outlasts failures of the store. One thread.
/// <code>
///          ┌─ the store is as far as the fold          ─► go on with differences
/// Open ─►  ├─ the store is behind (an outage, emptied) ─► write whole what differs, the position last; nothing is read again
///          └─ the store is ahead (a cold start)        ─► fold the journal up to it
/// </code>
/// 1. A symbol's data and its (epoch, sequence) change in one script; the position of the whole follows when all symbols are stored. So a symbol may
///    be ahead of the position, never behind it.
/// 2. What is written depends on the records alone, not on how they were cut into batches.
/// </summary>
/// <param name="origin">Called once, at the first Open.</param>
/// <param name="beforeWrite">See <see cref="SymbolWriter"/>.</param>
internal sealed class RedisReplicator(RedisOptions options, RedisKeys keys, Func<MarketOrigin> origin, Action<string>? beforeWrite = null) : IReplicator
{
    private readonly SymbolWriter _writer = new(options, keys.Intervals.Count, beforeWrite);
    private readonly SymbolPicture _picture = new(options, keys.Intervals.Count);
    private readonly HashSet<string> _namesStored = [];
    private SymbolMirrors? _symbols;
    private JournalRecall? _recall;
    private RedisConnection? _connection;
    private JournalPosition _stored;

    // Where the fold stands; of use while its sequence is the fold's.
    private JournalPosition _folded;
    private long _roundTrips;

    public string Name => "redis";

    public int PendingCount { get; private set; }

    public long RoundTrips => Volatile.Read(ref _roundTrips);

    public JournalPosition Open()
    {
        if (_symbols is null)
        {
            Begin();
        }

        _connection = RedisConnection.Open(options, () => Volatile.Write(ref _roundTrips, _roundTrips + 1));
        _stored = _connection.ReadPosition(keys.Position);
        _namesStored.Clear();
        var symbols = _symbols!;
        if (_recall!.BringTo(_stored, symbols.Market.Sequence, (long epoch, in Record record) => symbols.Apply(epoch, record)))
        {
            _folded = _stored;
        }

        symbols.Found(_connection.ReadHeads(symbols.All.Select(symbol => symbol.Keys[RedisKeys.Head])), _picture);
        if (_folded.Sequence == symbols.Market.Sequence)
        {
            Store(_folded);
        }

        return _stored;
    }

    public void Apply(long epoch, in Record record)
    {
        // A failure in the middle of a batch leaves the fold ahead of the store: it has these records.
        if (record.Sequence > _stored.Sequence && record.Sequence <= _symbols!.Market.Sequence)
        {
            return;
        }

        PendingCount += _symbols!.Apply(epoch, record) ? 1 : 0;
    }

    public void Commit(in JournalPosition position)
    {
        if (position.Sequence == _symbols!.Market.Sequence)
        {
            _folded = position;
        }

        Store(position);
        PendingCount = 0;
    }

    public void Close()
    {
        PendingCount = 0;
        _connection?.Dispose();
        _connection = null;
    }

    private void Begin()
    {
        var (market, recall) = origin();
        var folded = recall.PositionAt(market.Sequence);
        var symbols = new SymbolMirrors(market, keys);
        symbols.Begin(folded.Epoch, folded.TimeUs);
        (_symbols, _recall, _folded) = (symbols, recall, folded);
    }

    /// <summary>Writes what has changed, then how far the store is.</summary>
    /// <exception cref="InvalidOperationException">Another writer has moved the store's position.</exception>
    private void Store(in JournalPosition position)
    {
        _writer.Write(_symbols!.Dirty, _symbols.Market, _connection!);
        _symbols.ClearDirty();
        if (position == _stored)
        {
            return;
        }

        beforeWrite?.Invoke("position");
        List<string> names = [.. _symbols.All.Select(symbol => symbol.Name).Where(name => !_namesStored.Contains(name))];
        if (!_connection!.TryWritePosition(keys, position, _stored, names))
        {
            throw new InvalidOperationException($"another writer has moved the position that was {_stored.Sequence}");
        }

        _namesStored.UnionWith(names);
        _stored = position;
    }
}
