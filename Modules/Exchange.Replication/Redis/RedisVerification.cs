using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Exchange.Replication.Market;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>
/// Compares a store that nobody writes with a fold of the journal. A writer that was killed may have left symbols ahead of the store's position, so
/// each is compared behind the record behind which it says that it stands. One thread; changes nothing.
/// </summary>
internal sealed class RedisVerification(RedisOptions options, RedisKeys keys, IMarketFolds folds, RedisConnection connection)
{
    private readonly SymbolPicture _picture = new(options, keys.Intervals.Count);
    private readonly List<string> _differences = [];

    /// <exception cref="RebuildNeededException">The store cannot be continued from where it stands.</exception>
    public StoreVerification Run(JournalRecall recall, long endSequence)
    {
        var position = connection.ReadPosition(keys.Position);
        if (position.Sequence > endSequence)
        {
            throw new RebuildNeededException($"its position {position.Sequence} lies behind the journal's end {endSequence}");
        }

        if (recall.Contradicts(position))
        {
            throw new RebuildNeededException($"its position {position.Sequence} stands behind another record than this journal has there");
        }

        var names = connection.ReadSet(keys.Symbols);
        var heads = names.Zip(connection.ReadHeads(names.Select(name => (RedisKey)keys.OfSymbol(name)[RedisKeys.Head]))).ToDictionary();
        var ends = heads.Values.Select(head => Math.Max(position.Sequence, head.Sequence)).Append(position.Sequence).Distinct().Order().ToList();
        var symbols = new SymbolMirrors(MarketReplica.Empty(folds), keys);
        foreach (var end in ends)
        {
            recall.Read(symbols.Market.Sequence + 1, end, (long epoch, in Record record) => symbols.Apply(epoch, record));
            if (symbols.Market.Sequence < end)
            {
                throw new RebuildNeededException($"a symbol stands behind {end}, and the journal ends with {symbols.Market.Sequence}");
            }

            foreach (var symbol in symbols.All)
            {
                if (!heads.TryGetValue(symbol.Name, out var head))
                {
                    AddMissing(symbol, end == position.Sequence);
                }
                else if (Math.Max(position.Sequence, head.Sequence) == end)
                {
                    Compare(symbol, head, symbols.Market);
                    heads.Remove(symbol.Name);
                }
            }
        }

        _differences.AddRange(heads.Keys.Except(symbols.All.Select(symbol => symbol.Name)).Select(name => $"{name}: the journal does not know it"));
        return new StoreVerification(position.Sequence, _differences);
    }

    private void AddMissing(SymbolMirror symbol, bool isDue)
    {
        if (isDue)
        {
            _differences.Add($"{symbol.Name}: not stored");
        }
    }

    private void Compare(SymbolMirror symbol, in SymbolHead head, MarketReplica market)
    {
        // The ticker's window ends in the minute of the record that the head names.
        _picture.Read(market.Fold, symbol.SymbolId, head.TimeUs, fromTradeId: 1, fromCandleUs: 0);
        var names = keys.OfSymbol(symbol.Name);
        _differences.AddRange(SymbolContent.Differences(names, SymbolContent.Read(connection, names), SymbolContent.Of(_picture)));
        if (head.Version != _picture.Version)
        {
            _differences.Add($"{names[RedisKeys.Head]}: version {head.Version} instead of {_picture.Version}");
        }
    }
}
