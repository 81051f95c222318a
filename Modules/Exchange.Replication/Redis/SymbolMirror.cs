using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Market;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>
/// One symbol in the store, as far as its writer knows: what changed it last, and what was stored last. What is stored is either known, and then
/// differences are enough, or not, and then the symbol is written whole. One thread.
/// </summary>
internal sealed class SymbolMirror
{
    private readonly Symbol _symbol;
    private readonly RedisKeys _names;
    private readonly string[] _keys;
    private List<DepthLevel> _bids = [];
    private List<DepthLevel> _asks = [];
    private BookTicker _best;
    private long _updateId;
    private long _lastTradeId;
    private long _lastTradeUs;
    private string _ticker = "";
    private string _base = RedisScripts.Whole;

    public SymbolMirror(Symbol symbol, RedisKeys names)
    {
        _symbol = symbol;
        _names = names;
        _keys = names.OfSymbol(symbol.Name);
        Keys = [.. _keys.Select(key => (RedisKey)key)];
    }

    public string Name => _symbol.Name;

    public int SymbolId => _symbol.Id;

    public RedisKey[] Keys { get; }

    public long Epoch { get; private set; }

    /// <summary>Of the last record that changed the symbol, or turned the minute of its ticker.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of that record, microseconds.</summary>
    public long TimeUs { get; private set; }

    /// <summary>Time of the last record that was its own: how long the ticker moves on by itself.</summary>
    public long OwnTimeUs { get; private set; }

    /// <summary>Whether <see cref="Changes"/> are enough; the script compares once more.</summary>
    public bool IsKnown { get; private set; }

    private string Position => $"{Epoch}-{Sequence}";

    public void Touch(long epoch, long sequence, long timeUs, bool isOwn)
    {
        (Epoch, Sequence, TimeUs) = (epoch, sequence, timeUs);
        OwnTimeUs = isOwn ? timeUs : OwnTimeUs;
    }

    /// <summary>What is stored is not what was written last, or cannot be told: it is written whole next time.</summary>
    public void Forget() => IsKnown = false;

    /// <summary>Compares with what the store says that it holds; false where that is not what the fold says.</summary>
    /// <param name="version">Of what the fold says.</param>
    public bool IsStored(in SymbolHead head, string version)
    {
        IsKnown &= head.Position == _base;
        return head.Position == Position && head.Version == version;
    }

    /// <summary>Reads what must be written from the fold.</summary>
    public void Read(SymbolPicture picture, MarketReplica market) => picture.Read(
        market.Fold, _symbol.Id, TimeUs, IsKnown ? _lastTradeId + 1 : 1, IsKnown ? _lastTradeUs : 0);

    /// <summary>Returns the script's arguments that bring the store to a picture which <see cref="Read"/> has taken.</summary>
    public RedisValue[] Arguments(SymbolPicture picture, string whole = RedisScripts.Whole)
    {
        var commands = new RedisCommands();
        commands.Arguments.AddRange(
        [
            Epoch, Sequence, IsKnown ? _base : whole, picture.Version, 12, "timeUs", TimeUs, "symbolId", _symbol.Id,
            "baseAsset", _symbol.BaseAsset.Name, "quoteAsset", _symbol.QuoteAsset.Name, "tickSize", _symbol.Spec.TickSize, "lotSize", _symbol.Spec.LotSize,
        ]);
        AddDepth(picture, commands);
        AddTrades(picture, commands);
        AddCandles(picture, commands);
        return [.. commands.Arguments];
    }

    /// <summary>The store holds the picture now.</summary>
    public void Stored(SymbolPicture picture)
    {
        (_bids, _asks) = picture.SwapLevels(_bids, _asks);
        (_updateId, _best) = (picture.UpdateId, picture.Statistics.Best);
        (_lastTradeId, _lastTradeUs) = (picture.Statistics.LastTrade.TradeId, picture.Statistics.LastTrade.TimeUs);
        (_ticker, _base) = (picture.Ticker, Position);
        IsKnown = true;
    }

    private void AddDepth(SymbolPicture picture, RedisCommands commands)
    {
        List<DepthLevel> bids = [];
        List<DepthLevel> asks = [];
        if (!IsKnown)
        {
            commands.Delete(RedisKeys.Depth);
            (bids, asks) = (picture.Bids, picture.Asks);
        }
        else if (picture.UpdateId != _updateId)
        {
            DepthChanges.Between(_bids, picture.Bids, isDescending: true, bids);
            DepthChanges.Between(_asks, picture.Asks, isDescending: false, asks);
        }
        else
        {
            return;
        }

        List<RedisValue> set = ["u", picture.UpdateId];
        List<RedisValue> gone = [];
        Split(bids, RedisText.BidField, set, gone);
        Split(asks, RedisText.AskField, set, gone);
        commands.Add("HSET", RedisKeys.Depth, set, group: 2);
        if (gone.Count > 0)
        {
            commands.Add("HDEL", RedisKeys.Depth, gone);
        }

        commands.Publish(
            _keys[RedisKeys.Depth], RedisText.DepthMessage(Sequence, IsKnown ? _updateId + 1 : 0, picture.UpdateId, !IsKnown, bids, asks));
        commands.Set(RedisKeys.BookTicker, picture.BookTicker);
        if (!IsKnown || picture.Statistics.Best != _best)
        {
            commands.Publish(_keys[RedisKeys.BookTicker], picture.BookTicker);
        }
    }

    private void AddTrades(SymbolPicture picture, RedisCommands commands)
    {
        if (!IsKnown)
        {
            commands.Delete(RedisKeys.Trades);
        }

        if (picture.Trades.Count > 0)
        {
            var trades = picture.Trades.ConvertAll(trade => RedisText.Trade(trade));
            commands.Add("LPUSH", RedisKeys.Trades, trades.ConvertAll(trade => (RedisValue)trade));
            if (IsKnown)
            {
                commands.Add("LTRIM", RedisKeys.Trades, [0, picture.TradesKept - 1]);
                commands.Publish(_keys[RedisKeys.Trades], RedisText.ListMessage(Sequence, "trades", trades));
            }
        }

        if (!IsKnown || picture.Ticker != _ticker)
        {
            if (picture.Ticker.Length == 0)
            {
                commands.Delete(RedisKeys.Ticker);
                return;
            }

            commands.Set(RedisKeys.Ticker, picture.Ticker);
            commands.Publish(_keys[RedisKeys.Ticker], picture.Ticker);
        }
    }

    private void AddCandles(SymbolPicture picture, RedisCommands commands)
    {
        for (var interval = 0; interval < picture.Candles.Length; interval++)
        {
            var key = RedisKeys.FirstCandles + interval;
            var candles = picture.Candles[interval];
            if (!IsKnown)
            {
                commands.Delete(key);
            }

            if (candles.Count == 0)
            {
                continue;
            }

            if (IsKnown)
            {
                commands.Add("ZREMRANGEBYSCORE", key, [RedisText.CandleScore(candles[0].StartUs), "+inf"]);
                commands.Add("ZREMRANGEBYSCORE", key, ["-inf", $"({RedisText.CandleScore(picture.CandlesFromUs[interval])}"]);
            }

            var rows = candles.ConvertAll(candle => RedisText.Candle(candle));
            List<RedisValue> added = [];
            for (var i = 0; i < rows.Count; i++)
            {
                added.Add(RedisText.CandleScore(candles[i].StartUs));
                added.Add(rows[i]);
            }

            commands.Add("ZADD", key, added, group: 2);
            commands.Publish(_keys[key], RedisText.ListMessage(Sequence, "candles", IsKnown ? rows : rows[^1..]));
        }
    }

    private static void Split(List<DepthLevel> levels, Func<long, string> fieldOf, List<RedisValue> set, List<RedisValue> gone)
    {
        foreach (var level in levels)
        {
            if (level.Quantity == 0)
            {
                gone.Add(fieldOf(level.Price));
            }
            else
            {
                set.Add(fieldOf(level.Price));
                set.Add(level.Quantity);
            }
        }
    }
}
