using Exchange.Matching.Snapshot;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>
/// The candles of one stored length: the complete ones, and the open one. A candle enters the complete ones when the first trade behind it
/// arrives, not when its time is over. Only intervals with trades are kept. Not thread-safe.
/// </summary>
internal sealed class CandleSeries(long lengthUs, int capacity)
{
    private const int CandlesMax = 10_000_000;

    private readonly RecentRing<Candle> _complete = new(capacity);
    private Candle _open;

    public long LengthUs => lengthUs;

    /// <summary>Complete candles, oldest first.</summary>
    public RecentRing<Candle> Complete => _complete;

    /// <summary>The open candle; without trades when there is none.</summary>
    public ref readonly Candle Open => ref _open;

    /// <summary>Takes a trade; true when it closed the candle that was open, which is then the newest of <see cref="Complete"/>.</summary>
    public bool Add(in PublicTrade trade)
    {
        if (trade.TimeUs < _open.StartUs + lengthUs && _open.TradeCount != 0)
        {
            _open.Add(trade);
            return false;
        }

        var hasClosed = Close();
        _open.Begin(trade.TimeUs / lengthUs * lengthUs, trade);
        return hasClosed;
    }

    /// <summary>Takes a complete candle of a shorter length; true when it closed the candle that was open.</summary>
    public bool Add(in Candle part)
    {
        var hasClosed = false;
        if (part.StartUs >= _open.StartUs + lengthUs || _open.TradeCount == 0)
        {
            hasClosed = Close();
            _open = new Candle { StartUs = part.StartUs / lengthUs * lengthUs };
        }

        _open.Add(part);
        return hasClosed;
    }

    /// <summary>Returns the index of the first complete candle that begins at or after a time, or their count.</summary>
    public int FirstFrom(long timeUs) => _complete.FirstNotBelow(timeUs, static (in Candle candle) => candle.StartUs);

    public void Save(SnapshotWriter writer)
    {
        writer.Write(_complete.HasDropped);
        writer.Write(_complete.Count);
        for (var i = 0; i < _complete.Count; i++)
        {
            _complete[i].Save(writer);
        }

        writer.Write(_open.TradeCount != 0);
        if (_open.TradeCount != 0)
        {
            _open.Save(writer);
        }
    }

    public void Load(SnapshotReader reader)
    {
        if (reader.ReadBool())
        {
            _complete.MarkDropped();
        }

        for (var left = reader.ReadCount(CandlesMax); left > 0; left--)
        {
            _complete.Add(Checked(Candle.Read(reader)));
        }

        if (reader.ReadBool())
        {
            _open = Checked(Candle.Read(reader));
        }
    }

    private bool Close()
    {
        if (_open.TradeCount == 0)
        {
            return false;
        }

        _complete.Add(_open);
        return true;
    }

    private Candle Checked(Candle candle) =>
        candle.StartUs % lengthUs == 0 && (_complete.Count == 0 || candle.StartUs > _complete.Newest.StartUs)
            ? candle
            : throw new SnapshotDamagedException($"a candle at {candle.StartUs} is out of its place among those of {lengthUs} us");
}
