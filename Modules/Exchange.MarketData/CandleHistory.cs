using Exchange.Matching.Snapshot;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>
/// All candles of one symbol. Five lengths are stored, each made of the one before; all others are put together by a query.
/// <code>
/// trade ─► second ─► minute ─► 15 minutes ─► hour ─► day        a candle goes on when it is complete
/// </code>
/// So a trade changes one candle, whatever the intervals: O(1). What a length has not received yet stands in the open candles before it; a
/// reader of a length therefore reads its complete candles, its open one, and the open ones of all shorter lengths, which is the order of time.
/// A query touches candles, never trades: at most those that are kept of one length. Not thread-safe.
/// </summary>
internal sealed class CandleHistory
{
    private const long SecondUs = 1_000_000;

    private readonly CandleSeries[] _series;

    public CandleHistory(MarketDataOptions options) => _series =
    [
        new(SecondUs, options.SecondCandlesKept),
        new(60 * SecondUs, options.MinuteCandlesKept),
        new(900 * SecondUs, options.QuarterHourCandlesKept),
        new(3_600 * SecondUs, options.HourCandlesKept),
        new(86_400 * SecondUs, options.DayCandlesKept),
    ];

    public void Add(in PublicTrade trade)
    {
        if (_series[0].Add(trade))
        {
            PassOn();
        }
    }

    /// <summary>
    /// Returns all trades since a time as one candle, without trades and prices of 0 when there are none. Reads the shortest length up to the
    /// next begin of a longer one, and so on: at most 59 + 14 + 3 + 23 candles, and the days.
    /// </summary>
    /// <param name="fromUs">A whole second.</param>
    public Candle Since(long fromUs)
    {
        Span<long> begins = stackalloc long[_series.Length];
        var sum = Candle.Flat(fromUs, 0);
        var begin = fromUs;
        for (var length = 0; length < _series.Length; length++)
        {
            begins[length] = begin;
            var next = length + 1 < _series.Length ? Ceiling(begin, _series[length + 1].LengthUs) : long.MaxValue;
            var complete = _series[length].Complete;
            for (var i = _series[length].FirstFrom(begin); i < complete.Count && complete[i].StartUs < next; i++)
            {
                sum.Add(complete[i]);
            }

            begin = next;
        }

        // An open candle that began before its length took over is counted by its parts already.
        for (var length = _series.Length - 1; length >= 0; length--)
        {
            ref readonly var open = ref _series[length].Open;
            if (open.TradeCount != 0 && open.StartUs >= begins[length])
            {
                sum.Add(open);
            }
        }

        return sum;
    }

    /// <summary>Returns the price of the last trade before a time, in ticks; 0 when there was none, or none that is kept.</summary>
    /// <param name="timeUs">A whole minute.</param>
    public long CloseBefore(long timeUs)
    {
        // A longer length reaches further back; it knows the close at the ends of its own intervals.
        for (var length = 1; length < _series.Length; length++)
        {
            var cursor = new CandleCursor(_series, length);
            var close = cursor.SkipTo(timeUs / _series[length].LengthUs * _series[length].LengthUs);
            if (close != 0)
            {
                return close;
            }
        }

        return 0;
    }

    /// <summary>See <see cref="IMarketDataModule.CopyCandles"/>.</summary>
    public void Copy(in CandleRange range, List<Candle> rows)
    {
        var (interval, offset) = (range.Interval, range.OffsetUs);
        var length = LengthFor(interval, offset);
        var cursor = new CandleCursor(_series, length);
        if (!cursor.HasNext())
        {
            return;
        }

        // The interval in which the kept candles begin may have lost some of its parts.
        var firstKept = interval.StartOf(cursor.Next.StartUs, offset);
        if (firstKept < cursor.Next.StartUs && _series[length].Complete.HasDropped)
        {
            firstKept = interval.Step(firstKept, 1, offset);
        }

        var last = interval.StartOf(Math.Min(range.ToUs, range.NowUs), offset);
        var first = Math.Max(firstKept, FirstOf(range, last));
        if (first > last)
        {
            return;
        }

        var close = cursor.SkipTo(first);
        for (var start = first; start <= last && rows.Count < range.Limit;)
        {
            var next = interval.Step(start, 1, offset);
            var row = Candle.Flat(start, close);
            for (; cursor.HasNext() && cursor.Next.StartUs < next; cursor.Skip())
            {
                row.Add(cursor.Next);
            }

            close = row.Close;
            rows.Add(row);
            start = next;
        }
    }

    public void Save(SnapshotWriter writer)
    {
        foreach (var series in _series)
        {
            series.Save(writer);
        }
    }

    public void Load(SnapshotReader reader)
    {
        foreach (var series in _series)
        {
            series.Load(reader);
        }
    }

    private void PassOn()
    {
        for (var length = 1; length < _series.Length && _series[length].Add(_series[length - 1].Complete.Newest); length++)
        {
        }
    }

    private static long FirstOf(in CandleRange range, long last)
    {
        if (range.FromUs is not { } from)
        {
            return range.Interval.Step(last, 1 - range.Limit, range.OffsetUs);
        }

        var start = range.Interval.StartOf(from, range.OffsetUs);
        return start < from ? range.Interval.Step(start, 1, range.OffsetUs) : start;
    }

    /// <summary>Returns the longest stored length of which the intervals are made, where their local begins fall on it.</summary>
    private int LengthFor(CandleInterval interval, long offsetUs)
    {
        var length = _series.Length - 1;
        while (interval.LengthUs % _series[length].LengthUs != 0 || offsetUs % _series[length].LengthUs != 0)
        {
            length--;
        }

        return length;
    }

    private static long Ceiling(long timeUs, long lengthUs) => (timeUs + lengthUs - 1) / lengthUs * lengthUs;
}
