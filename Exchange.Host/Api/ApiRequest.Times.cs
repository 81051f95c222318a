namespace Exchange.Host.Api;

/// <content>Parameters that are times, and time zones.</content>
internal sealed partial class ApiRequest
{
    /// <summary>A number from here on is microseconds, below it milliseconds: 10^14 ms lie in the year 5138 (API.md A1).</summary>
    private const long LeastMicroseconds = 100_000_000_000_000;

    /// <summary>Times beyond this one (the year 9999) count as it: nothing is so late, and no sum overflows.</summary>
    private const long GreatestUs = 253_402_300_799_999_999;

    /// <summary>Returns the begin of a time span, microseconds, or null when it was not sent or is wrong.</summary>
    public long? BeginUs(ReadOnlySpan<byte> name) => Integer(name) switch
    {
        null => null,
        >= LeastMicroseconds and var us => Math.Min(us, GreatestUs),
        var ms => ms.Value * 1_000,
    };

    /// <summary>
    /// Returns the end of a time span, microseconds, or null when it was not sent or is wrong. The end belongs to the span, and so does all of
    /// the millisecond that it names.
    /// </summary>
    public long? EndUs(ReadOnlySpan<byte> name) => Integer(name) switch
    {
        null => null,
        >= LeastMicroseconds and var us => Math.Min(us, GreatestUs),
        var ms => ms.Value * 1_000 + 999,
    };

    /// <summary>Returns local time less UTC of the parameter <c>timeZone</c> (<c>8</c>, <c>-1:00</c>, <c>05:45</c>), microseconds; 0 when it was not sent.</summary>
    public long TimeZoneOffsetUs()
    {
        if (!TryText("timeZone"u8, out var text))
        {
            return 0;
        }

        var isNegative = text[0] == '-';
        var clock = isNegative || text[0] == '+' ? text[1..] : text;
        var colon = clock.IndexOf((byte)':');
        if (TryShortNumber(colon < 0 ? clock : clock[..colon], out var hours)
            & TryShortNumber(colon < 0 ? "00"u8 : clock[(colon + 1)..], out var minutes) && minutes < 60 && (colon < 0 || clock.Length == colon + 3))
        {
            var offset = (isNegative ? -1 : 1) * (hours * 60 + minutes);
            if (offset is >= -12 * 60 and <= 14 * 60)
            {
                return offset * 60_000_000;
            }
        }

        Fail(Errors.InvalidData("timeZone"));
        return 0;
    }

    private static bool TryShortNumber(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        return text.Length <= 2 && DecimalText.ParseInteger(text, out number) == DecimalResult.Parsed;
    }
}
