using System.Text.Json;
using Exchange.Matching.Types;

namespace Exchange.Host.Api;

/// <summary>The wire's own kinds of values: decimals are strings with 8 decimals, times are milliseconds unless asked otherwise.</summary>
internal static class JsonExtensions
{
    /// <param name="value">10^-8.</param>
    public static void WriteDecimal(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Int128 value)
    {
        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        json.WriteString(name, text[..DecimalText.Format(value, text)]);
    }

    /// <param name="value">10^-8.</param>
    public static void WriteDecimalValue(this Utf8JsonWriter json, Int128 value)
    {
        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        json.WriteStringValue(text[..DecimalText.Format(value, text)]);
    }

    /// <param name="units">Units of the asset.</param>
    public static void WriteAmount(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Asset asset, long units) =>
        json.WriteDecimal(name, SymbolUnits.Amount(asset, units));

    /// <param name="timeUs">Journal microseconds.</param>
    public static void WriteTimeValue(this ApiRequest request, long timeUs) =>
        request.Json.WriteNumberValue(request.IsMicroseconds ? timeUs : timeUs / 1_000);

    /// <param name="timeUs">Journal microseconds.</param>
    public static void WriteTime(this ApiRequest request, ReadOnlySpan<byte> name, long timeUs) =>
        request.Json.WriteNumber(name, request.IsMicroseconds ? timeUs : timeUs / 1_000);
}
