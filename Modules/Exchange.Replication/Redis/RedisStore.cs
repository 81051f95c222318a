using System.Net.Sockets;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>Market data for other processes.</summary>
/// <param name="published">The symbols that the recovery restores.</param>
internal sealed class RedisStore(IOptions<RedisOptions> options, IMarketFolds folds, SymbolDirectory published) : IRecoveredStore
{
    private readonly RedisOptions _options = options.Value;
    private readonly RedisKeys _keys = new(options.Value.KeyPrefix, folds.CandleIntervals);
    private MarketOrigin? _origin;

    public string Name => "redis";

    public bool IsOn => _options.ConnectionString.Length > 0;

    public IReplicator NewReplicator() => new RedisReplicator(
        _options, _keys, () => _origin ?? throw new InvalidOperationException("the replicator starts behind the recovery"));

    public void Recovered(IStorage journal, long sequence, Func<long> replicableSequence) => _origin = new MarketOrigin(
        MarketReplica.CopyOfViews(folds, published, sequence), new JournalRecall(journal, replicableSequence));

    /// <summary>Folds the whole journal, then replaces symbol by symbol: each is the old one or the new one at any moment, the position last.</summary>
    public long Rebuild(IStorage journal, long endSequence)
    {
        var recall = new JournalRecall(journal, () => endSequence);
        var symbols = new SymbolMirrors(MarketReplica.Empty(folds), _keys);
        recall.Read(1, endSequence, (long epoch, in Record record) => symbols.Apply(epoch, record));
        using var connection = Connect();
        new SymbolWriter(_options, _keys.Intervals.Count, beforeWrite: null).Write(symbols.All, symbols.Market, connection, RedisScripts.Forced);
        foreach (var name in connection.ReadSet(_keys.Symbols).Except(symbols.All.Select(symbol => symbol.Name)))
        {
            connection.Delete(_keys.OfSymbol(name));
            connection.RemoveFromSet(_keys.Symbols, name);
        }

        connection.TryWritePosition(_keys, recall.PositionAt(endSequence), from: null, symbols.All.Select(symbol => symbol.Name));
        return endSequence;
    }

    public StoreVerification Verify(IStorage journal, long endSequence)
    {
        using var connection = Connect();
        return new RedisVerification(_options, _keys, folds, connection).Run(new JournalRecall(journal, () => endSequence), endSequence);
    }

    /// <exception cref="IOException">No server answers, or it refuses.</exception>
    private RedisConnection Connect()
    {
        try
        {
            return RedisConnection.Open(_options, () => { });
        }
        catch (Exception failure) when (failure is RedisException or SocketException)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}
