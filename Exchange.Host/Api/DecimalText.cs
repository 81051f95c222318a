using System.Diagnostics;
using Exchange.Matching.Types;

namespace Exchange.Host.Api;

/// <summary>What became of a decimal's text.</summary>
internal enum DecimalResult
{
    Parsed,

    /// <summary>Not <c>^([0-9]{1,20})(\.[0-9]{1,20})?$</c>: a sign, an exponent, no digit in front of the point …</summary>
    Illegal,

    /// <summary>More decimals than 8, zeros counted.</summary>
    TooPrecise,

    /// <summary>2^63 units of 10^-8 or more.</summary>
    Overflow,
}

/// <summary>
/// Plain decimal text and integers of 10^-8, both ways, exactly: no number passes through a floating-point type. Allocates nothing.
/// </summary>
internal static class DecimalText
{
    /// <summary>Most bytes that any of the formatting methods writes: sign, 39 digits of an Int128, the point.</summary>
    public const int MaxLength = 48;

    private const int MaxDigits = 20;
    private const ulong MaxInteger = long.MaxValue / (ulong)FixedPoint.One;

    /// <summary>
    /// Parses ASCII text to units of 10^-8. An illegal text is told before too much precision, and that before an overflow.
    /// </summary>
    public static DecimalResult Parse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var point = text.IndexOf((byte)'.');
        var integerText = point < 0 ? text : text[..point];
        var fractionText = point < 0 ? default : text[(point + 1)..];
        if (!IsDigits(integerText) || (point >= 0 && !IsDigits(fractionText)))
        {
            return DecimalResult.Illegal;
        }

        if (fractionText.Length > FixedPoint.Scale)
        {
            return DecimalResult.TooPrecise;
        }

        ulong integer = 0;
        foreach (var digit in integerText)
        {
            integer = Math.Min((integer * 10) + (uint)(digit - '0'), MaxInteger + 1);
        }

        ulong fraction = 0;
        foreach (var digit in fractionText)
        {
            fraction = (fraction * 10) + (uint)(digit - '0');
        }

        fraction *= (ulong)FixedPoint.PowerOfTen(FixedPoint.Scale - fractionText.Length);
        var units = (integer * (ulong)FixedPoint.One) + fraction;
        if (units > long.MaxValue)
        {
            return DecimalResult.Overflow;
        }

        value = (long)units;
        return DecimalResult.Parsed;
    }

    /// <summary>Parses 1 to 20 digits.</summary>
    public static DecimalResult ParseInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (!IsDigits(text))
        {
            return DecimalResult.Illegal;
        }

        UInt128 number = 0;
        foreach (var digit in text)
        {
            number = (number * 10) + (uint)(digit - '0');
        }

        if (number > long.MaxValue)
        {
            return DecimalResult.Overflow;
        }

        value = (long)number;
        return DecimalResult.Parsed;
    }

    /// <summary>Writes units of 10^-8 with exactly 8 decimals.</summary>
    /// <returns>Bytes written.</returns>
    public static int Format(Int128 value, Span<byte> destination)
    {
        var length = 0;
        if (Int128.IsNegative(value))
        {
            destination[length++] = (byte)'-';
        }

        // Why: the magnitude of Int128.MinValue fits only the unsigned type.
        var magnitude = Int128.IsNegative(value) ? (UInt128)(-(value + 1)) + 1 : (UInt128)value;
        var (integer, fraction) = magnitude <= ulong.MaxValue
            ? Split((ulong)magnitude)
            : (magnitude / (ulong)FixedPoint.One, (ulong)(magnitude % (ulong)FixedPoint.One));
        return length + FormatParts(integer, fraction, destination[length..]);
    }

    /// <summary>Writes an amount in an asset's own units with exactly 8 decimals.</summary>
    /// <param name="scale">Decimals of the unit, 0 to 8.</param>
    /// <returns>Bytes written.</returns>
    public static int FormatUnits(long units, int scale, Span<byte> destination) =>
        Format((Int128)units * FixedPoint.PowerOfTen(FixedPoint.Scale - scale), destination);

    private static (UInt128 Integer, ulong Fraction) Split(ulong magnitude) =>
        (magnitude / (ulong)FixedPoint.One, magnitude % (ulong)FixedPoint.One);

    private static int FormatParts(UInt128 integer, ulong fraction, Span<byte> destination)
    {
        int length;
        var formatted = integer <= ulong.MaxValue
            ? ((ulong)integer).TryFormat(destination, out length)
            : integer.TryFormat(destination, out length);
        Debug.Assert(formatted, "the destination has room for the longest number");
        destination[length++] = (byte)'.';
        for (var i = FixedPoint.Scale - 1; i >= 0; i--)
        {
            destination[length + i] = (byte)('0' + (fraction % 10));
            fraction /= 10;
        }

        return length + FixedPoint.Scale;
    }

    private static bool IsDigits(ReadOnlySpan<byte> text) =>
        text.Length is >= 1 and <= MaxDigits && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
