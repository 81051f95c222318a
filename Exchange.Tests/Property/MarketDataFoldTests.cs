using Exchange.MarketData;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Views;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>
/// Random trades, from many in a second to years apart, are folded; candles of every interval and time zone, statistics of every window,
/// trades and aggregate trades are then what a plain recomputation from the list of all trades says. A snapshot in the middle changes nothing.
/// </summary>
public sealed class MarketDataFoldTests
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    /// <summary>Sunday 2023-12-31 23:58:30: minute, hour, day, week, month and year end soon.</summary>
    private static readonly long Start = Us(new DateTime(2023, 12, 31, 23, 58, 30, DateTimeKind.Utc));

    private static readonly long[] OffsetsUs = [0, 8 * Hour, -12 * Hour, 14 * Hour, 5 * Hour + 45 * Minute, -(3 * Hour + 30 * Minute), 7 * Minute];

    private static readonly long[] WindowsUs =
    [
        Minute, 2 * Minute, 15 * Minute, 59 * Minute, Hour, 5 * Hour, 23 * Hour, Day, 2 * Day, 7 * Day,
    ];

    /// <summary>Longest step between two trades: seconds, minutes, hours, days, months.</summary>
    private static readonly long[] Paces = [3 * Second, 5 * Minute, 3 * Hour, 4 * Day, 70 * Day];

    [Test]
    [Parallelizable(ParallelScope.All)]
    public void Candles_windows_and_trades_are_what_the_list_of_all_trades_says([Values(0, 1, 2, 3, 4)] int pace, [Values(1UL, 2UL)] ulong seed)
    {
        var random = new SplitMix64(seed * 10 + (ulong)pace);
        var market = new SymbolMarket(new MarketDataOptions());
        List<PublicTrade> all = [];
        for (var round = 0; round < 8; round++)
        {
            for (var i = 0; i < 80; i++)
            {
                Trade(random, pace, all, market);
            }

            if (round == 4)
            {
                market = Reloaded(market);
            }

            var now = all[^1].TimeUs + random.Between(0, Paces[pace]);
            CompareCandles(market, all, now, random);
            CompareWindows(market, all, now);
            CompareTrades(market, all, random);
        }
    }

    /// <summary>The same with limits that are reached: what is still answered is right, and nothing that is not kept is answered as if it were whole.</summary>
    [Test]
    public void What_is_no_longer_kept_is_left_out_whole([Values(1UL, 2UL, 3UL)] ulong seed)
    {
        const int Limit = 1_000;
        var random = new SplitMix64(seed);
        var options = new MarketDataOptions { SecondCandlesKept = 40, MinuteCandlesKept = 30, QuarterHourCandlesKept = 20, HourCandlesKept = 10, DayCandlesKept = 5 };
        var market = new SymbolMarket(options);
        List<PublicTrade> all = [];
        List<Candle> rows = [];
        var answered = 0;
        for (var i = 0; i < 3_000; i++)
        {
            Trade(random, pace: random.Chance(98) ? 1 : 2, all, market);
            if (i % 250 != 249)
            {
                continue;
            }

            market = random.Chance(50) ? Reloaded(market, options) : market;
            foreach (var interval in CandleInterval.All)
            {
                var offset = random.Pick(OffsetsUs);
                market.Candles.Copy(new CandleRange(interval, offset, 0, long.MaxValue, all[^1].TimeUs, Limit), rows = []);
                answered += rows.Count > 0 ? 1 : 0;
                if (rows.Count > 0)
                {
                    var range = new CandleRange(interval, offset, rows[0].StartUs, long.MaxValue, all[^1].TimeUs, Limit);
                    Compare(rows, Expected(all, range), $"{interval.Name} at offset {offset}");
                }
            }
        }

        Assert.That(answered, Is.GreaterThan(100), "most intervals have whole candles");
    }

    private static void Trade(SplitMix64 random, int pace, List<PublicTrade> all, SymbolMarket market)
    {
        var last = all.Count == 0 ? new PublicTrade(0, 0, 1_000, 0, Start, false) : all[^1];
        var sameTaker = all.Count > 0 && random.Chance(40);
        var time = sameTaker ? last.TimeUs : last.TimeUs + (random.Chance(50) ? random.Between(0, 2 * Second) : random.Between(0, Paces[pace]));
        var boundary = random.Pick<long>([Second, Minute, Hour, Day]);
        if (!sameTaker && random.Chance(20))
        {
            // Exactly on a boundary, or the last moment before it.
            time = (time / boundary + 1) * boundary - random.Between(0, 1);
        }

        var samePrice = sameTaker && random.Chance(50);
        var trade = new PublicTrade(
            last.TradeId + 1,
            samePrice ? last.AggregateTradeId : last.AggregateTradeId + 1,
            samePrice ? last.Price : Math.Max(1, last.Price + random.Between(-20, 20)),
            random.Chance(5) ? 1L << 60 : random.Between(1, 1_000),
            time,
            sameTaker ? last.IsBuyerMaker : random.Chance(50));
        all.Add(trade);
        market.Add(trade);
    }

    private static void CompareCandles(SymbolMarket market, List<PublicTrade> all, long now, SplitMix64 random)
    {
        foreach (var interval in CandleInterval.All)
        {
            foreach (var offset in OffsetsUs)
            {
                var limit = (int)random.Between(1, 40);
                var from = random.Chance(50) ? random.Pick(all).TimeUs + random.Between(-1, 1) : (long?)null;
                var to = random.Chance(50) ? random.Pick(all).TimeUs + random.Between(-1, 1) : long.MaxValue;
                var range = new CandleRange(interval, offset, from, to, now, limit);
                List<Candle> rows = [];
                market.Candles.Copy(range, rows);
                Compare(rows, Expected(all, range), range.ToString());
            }
        }
    }

    private static void Compare(List<Candle> rows, List<Candle> expected, string what) =>
        Assert.That(rows.Select(CandleText.Of), Is.EqualTo(expected.Select(CandleText.Of)), what);

    /// <summary>Interval by interval, by the calendar of the framework: the trades that fall into each, or the close before it.</summary>
    private static List<Candle> Expected(List<PublicTrade> all, CandleRange range)
    {
        var (name, offset) = (range.Interval.Name, range.OffsetUs);
        var trades = all.ToLookup(trade => CalendarStart(name, trade.TimeUs, offset));
        var first = CalendarStart(name, all[0].TimeUs, offset);
        var last = CalendarStart(name, Math.Min(range.ToUs, range.NowUs), offset);
        long start;
        if (range.FromUs is { } from)
        {
            start = CalendarStart(name, from, offset);
            start = start < from ? CalendarNext(name, start, offset) : start;
        }
        else
        {
            start = last;
            for (var i = 1; i < range.Limit; i++)
            {
                start = CalendarStart(name, start - 1, offset);
            }
        }

        List<Candle> rows = [];
        for (start = Math.Max(start, first); start <= last && rows.Count < range.Limit; start = CalendarNext(name, start, offset))
        {
            var inside = trades[start].ToList();
            rows.Add(inside.Count > 0 ? Sum(start, inside)
                : Candle.Flat(start, rows.Count > 0 ? rows[^1].Close : all.Last(trade => trade.TimeUs < start).Price));
        }

        return rows;
    }

    private static Candle Sum(long start, List<PublicTrade> trades)
    {
        var buyers = trades.Where(trade => !trade.IsBuyerMaker).ToList();
        return new Candle
        {
            StartUs = start,
            Open = trades[0].Price,
            High = trades.Max(trade => trade.Price),
            Low = trades.Min(trade => trade.Price),
            Close = trades[^1].Price,
            FirstTradeId = trades[0].TradeId,
            TradeCount = trades.Count,
            Volume = trades.Aggregate((Int128)0, (sum, trade) => sum + trade.Quantity),
            Turnover = trades.Aggregate((Int128)0, (sum, trade) => sum + (Int128)trade.Price * trade.Quantity),
            TakerBuyVolume = buyers.Aggregate((Int128)0, (sum, trade) => sum + trade.Quantity),
            TakerBuyTurnover = buyers.Aggregate((Int128)0, (sum, trade) => sum + (Int128)trade.Price * trade.Quantity),
        };
    }

    private static long CalendarStart(string interval, long timeUs, long offsetUs)
    {
        var local = DateTime.UnixEpoch.AddTicks((timeUs + offsetUs) * 10);
        var midnight = local.Date;
        var count = int.Parse(interval[..^1], System.Globalization.CultureInfo.InvariantCulture);
        var begin = interval[^1] switch
        {
            's' => new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, local.Second, DateTimeKind.Utc),
            'm' => midnight.AddMinutes((int)local.TimeOfDay.TotalMinutes / count * count),
            'h' => midnight.AddHours(local.Hour / count * count),
            'd' when count == 1 => midnight,
            'd' => midnight.AddDays(-((midnight - DateTime.UnixEpoch).Days % 3)),
            'w' => midnight.AddDays(-(((int)midnight.DayOfWeek + 6) % 7)),
            _ => new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Utc),
        };
        return Us(begin) - offsetUs;
    }

    private static long CalendarNext(string interval, long startUs, long offsetUs)
    {
        var local = DateTime.UnixEpoch.AddTicks((startUs + offsetUs) * 10);
        var count = int.Parse(interval[..^1], System.Globalization.CultureInfo.InvariantCulture);
        return Us(interval[^1] switch
        {
            's' => local.AddSeconds(count),
            'm' => local.AddMinutes(count),
            'h' => local.AddHours(count),
            'd' => local.AddDays(count),
            'w' => local.AddDays(7),
            _ => local.AddMonths(1),
        }) - offsetUs;
    }

    private static void CompareWindows(SymbolMarket market, List<PublicTrade> all, long now)
    {
        foreach (var window in WindowsUs)
        {
            CompareWindow(market, all, (now - window) / Minute * Minute);
        }

        for (var seconds = 1; seconds < 4_000; seconds = seconds * 3 + 1)
        {
            CompareWindow(market, all, (now / Second - seconds) * Second);
        }
    }

    private static void CompareWindow(SymbolMarket market, List<PublicTrade> all, long from)
    {
        var inside = all.Where(trade => trade.TimeUs >= from).ToList();
        var expected = inside.Count == 0 ? Candle.Flat(from, 0) : Sum(from, inside);
        Assert.That(CandleText.Of(market.Candles.Since(from)), Is.EqualTo(CandleText.Of(expected)));
        if (from % Minute == 0)
        {
            Assert.That(market.Candles.CloseBefore(from), Is.EqualTo(all.LastOrDefault(trade => trade.TimeUs < from).Price));
        }
    }

    private static void CompareTrades(SymbolMarket market, List<PublicTrade> all, SplitMix64 random)
    {
        var aggregates = all.GroupBy(trade => trade.AggregateTradeId).Select(group => new AggregateTrade
        {
            Id = group.Key,
            Price = group.First().Price,
            Quantity = group.Sum(trade => trade.Quantity),
            FirstTradeId = group.First().TradeId,
            LastTradeId = group.Last().TradeId,
            TimeUs = group.First().TimeUs,
            IsBuyerMaker = group.First().IsBuyerMaker,
        }).ToList();
        Assert.That(Enumerable.Range(0, market.Trades.Count).Select(i => market.Trades[i]), Is.EqualTo(all));
        Assert.That(Enumerable.Range(0, market.Aggregates.Count).Select(i => market.Aggregates[i]), Is.EqualTo(aggregates));
        var time = random.Pick(all).TimeUs + random.Between(-1, 1);
        Assert.That(market.Trades.FirstNotBelow(time, (in PublicTrade trade) => trade.TimeUs), Is.EqualTo(all.Count(trade => trade.TimeUs < time)));
    }

    private static SymbolMarket Reloaded(SymbolMarket market, MarketDataOptions? options = null)
    {
        var bytes = Saved(market);
        var position = 0;
        var loaded = new SymbolMarket(options ?? new MarketDataOptions());
        loaded.Load(new SnapshotReader(destination =>
        {
            bytes.AsSpan(position, destination.Length).CopyTo(destination);
            position += destination.Length;
        }));
        Assert.That(position, Is.EqualTo(bytes.Length));
        Assert.That(Saved(loaded), Is.EqualTo(bytes));
        return loaded;
    }

    private static byte[] Saved(SymbolMarket market)
    {
        var bytes = new MemoryStream();
        var writer = new SnapshotWriter(piece => bytes.Write(piece));
        market.Save(writer);
        writer.Flush();
        return bytes.ToArray();
    }

    private static long Us(DateTime time) => (time - DateTime.UnixEpoch).Ticks / 10;
}
