namespace Exchange.MarketData;

/// <summary>
/// The length of a candle: a fixed time, or a calendar month. Days begin at midnight, weeks on Monday, spans of three days at every third
/// midnight since 1970-01-01, all in local time: UTC plus an offset. Immutable.
/// </summary>
public sealed class CandleInterval
{
    private const long SecondUs = 1_000_000;
    private const long MinuteUs = 60 * SecondUs;
    private const long HourUs = 60 * MinuteUs;
    private const long DayUs = 24 * HourUs;

    /// <summary>The first Monday after 1970-01-01, a Thursday.</summary>
    private const long FirstMondayUs = 4 * DayUs;
    private const long TicksPerUs = TimeSpan.TicksPerMicrosecond;

    private readonly long _anchorUs;
    private readonly bool _isMonth;

    private CandleInterval(string name, long lengthUs, long anchorUs = 0, bool isMonth = false)
    {
        Name = name;
        LengthUs = lengthUs;
        _anchorUs = anchorUs;
        _isMonth = isMonth;
    }

    /// <summary>All there are, as on the wire (API.md A5), shortest first.</summary>
    public static IReadOnlyList<CandleInterval> All { get; } =
    [
        new("1s", SecondUs), new("1m", MinuteUs), new("3m", 3 * MinuteUs), new("5m", 5 * MinuteUs), new("15m", 15 * MinuteUs), new("30m", 30 * MinuteUs),
        new("1h", HourUs), new("2h", 2 * HourUs), new("4h", 4 * HourUs), new("6h", 6 * HourUs), new("8h", 8 * HourUs), new("12h", 12 * HourUs),
        new("1d", DayUs), new("3d", 3 * DayUs), new("1w", 7 * DayUs, FirstMondayUs), new("1M", DayUs, isMonth: true),
    ];

    public string Name { get; }

    /// <summary>A time that every interval of the kind is a multiple of, microseconds: its length, but a day for a month.</summary>
    internal long LengthUs { get; }

    /// <summary>Returns the begin of the interval that contains a time.</summary>
    /// <param name="offsetUs">Local time less UTC.</param>
    public long StartOf(long timeUs, long offsetUs) => (_isMonth ? MonthOf(timeUs + offsetUs, 0) : FloorOf(timeUs + offsetUs)) - offsetUs;

    /// <summary>Returns the begin of an interval so many intervals after (or, negative, before) the one that begins at <paramref name="startUs"/>.</summary>
    public long Step(long startUs, int count, long offsetUs) =>
        _isMonth ? MonthOf(startUs + offsetUs, count) - offsetUs : startUs + count * LengthUs;

    private long FloorOf(long localUs)
    {
        var rest = (localUs - _anchorUs) % LengthUs;
        return localUs - (rest < 0 ? rest + LengthUs : rest);
    }

    private static long MonthOf(long localUs, int months)
    {
        var day = DateTime.UnixEpoch.AddTicks(localUs * TicksPerUs);
        var month = Math.Clamp(day.Year * 12 + day.Month - 1 + months, 12, 9_999 * 12 + 11);
        return (new DateTime(month / 12, month % 12 + 1, 1, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TicksPerUs;
    }
}
