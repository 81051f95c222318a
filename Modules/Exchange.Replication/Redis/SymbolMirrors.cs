using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Replication.Market;

namespace Exchange.Replication.Redis;

/// <summary>All symbols that have changed ever, and since they were stored. Depends on the records alone, not on batches. One thread.</summary>
internal sealed class SymbolMirrors(MarketReplica market, RedisKeys names)
{
    private const long DayUs = 86_400_000_000;

    private readonly SortedDictionary<int, SymbolMirror> _symbols = [];
    private readonly HashSet<SymbolMirror> _dirty = [];
    private long _minute;

    public MarketReplica Market => market;

    public IReadOnlyCollection<SymbolMirror> All => _symbols.Values;

    public IEnumerable<SymbolMirror> Dirty => _dirty.OrderBy(symbol => symbol.SymbolId);

    /// <summary>Takes over a market whose past is not known: every symbol is as old as the market.</summary>
    public void Begin(long epoch, long timeUs)
    {
        _minute = timeUs / SymbolPicture.MinuteUs;
        foreach (var symbol in market.Symbols.Symbols)
        {
            var lastTradeUs = market.Fold.StatisticsSince(symbol.Id, _minute * SymbolPicture.MinuteUs).LastTrade.TimeUs;
            Touch(Mirror(symbol.Id), epoch, market.Sequence, timeUs, isOwn: lastTradeUs > timeUs - DayUs);
        }
    }

    /// <summary>Takes in the next record; returns whether it may have changed a market.</summary>
    public bool Apply(long epoch, in Record record)
    {
        var symbolId = market.Apply(record);
        if (record.TimeUs / SymbolPicture.MinuteUs is var minute && minute != _minute)
        {
            _minute = minute;
            foreach (var symbol in _symbols.Values)
            {
                // A ticker's window moves on by itself until its last trade has left it.
                if (symbol.OwnTimeUs > record.TimeUs - DayUs - SymbolPicture.MinuteUs)
                {
                    Touch(symbol, epoch, record.Sequence, record.TimeUs, isOwn: false);
                }
            }
        }

        if (symbolId == IMarketFold.NoSymbol)
        {
            return false;
        }

        Touch(Mirror(symbolId), epoch, record.Sequence, record.TimeUs, isOwn: true);
        return true;
    }

    /// <summary>Compares what the store says of each symbol with what the fold has: what differs is dirty, nothing else.</summary>
    /// <param name="heads">In the order of <see cref="All"/>.</param>
    /// <param name="picture">To work with.</param>
    public void Found(IEnumerable<SymbolHead> heads, SymbolPicture picture)
    {
        _dirty.Clear();
        foreach (var (symbol, head) in _symbols.Values.Zip(heads))
        {
            picture.ReadVersion(market.Fold, symbol.SymbolId, symbol.TimeUs);
            if (!symbol.IsStored(head, picture.Version))
            {
                _dirty.Add(symbol);
            }
        }
    }

    public void ClearDirty() => _dirty.Clear();

    private void Touch(SymbolMirror symbol, long epoch, long sequence, long timeUs, bool isOwn)
    {
        symbol.Touch(epoch, sequence, timeUs, isOwn);
        _dirty.Add(symbol);
    }

    private SymbolMirror Mirror(int symbolId)
    {
        if (!_symbols.TryGetValue(symbolId, out var symbol))
        {
            _symbols.Add(symbolId, symbol = new SymbolMirror(market.Symbols.Symbol(symbolId), names));
        }

        return symbol;
    }
}
