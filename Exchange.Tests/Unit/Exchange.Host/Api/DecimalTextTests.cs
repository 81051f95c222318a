using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Exchange.Host.Api;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

public sealed partial class DecimalTextTests
{
    [TestCase("0", 0L)]
    [TestCase("1", 100_000_000L)]
    [TestCase("0.1", 10_000_000L)]
    [TestCase("0.10000000", 10_000_000L)]
    [TestCase("0.00000001", 1L)]
    [TestCase("00000000000000000001", 100_000_000L)]
    [TestCase("000.5", 50_000_000L)]
    [TestCase("92233720368.54775807", long.MaxValue)]
    public void Plain_decimals_become_units_of_ten_to_the_minus_eight(string text, long expected)
    {
        Assert.That(Parse(text), Is.EqualTo((DecimalResult.Parsed, expected)));
    }

    [TestCase("")]
    [TestCase("-0")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("1e-7")]
    [TestCase("1E5")]
    [TestCase(".5")]
    [TestCase("5.")]
    [TestCase(".")]
    [TestCase("1.2.3")]
    [TestCase(" 1")]
    [TestCase("1 ")]
    [TestCase("1,5")]
    [TestCase("0x10")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("١")]
    [TestCase("１")]
    [TestCase("1\u0000")]
    [TestCase("123456789012345678901")]
    [TestCase("1.123456789012345678901")]
    public void What_the_documented_pattern_does_not_match_is_illegal(string text)
    {
        Assert.That(Parse(text), Is.EqualTo((DecimalResult.Illegal, 0L)));
    }

    [TestCase("0.000000001")]
    [TestCase("0.100000000")]
    [TestCase("99999999999999999999.123456789")]
    public void More_than_eight_decimals_are_too_precise_even_when_they_are_zeros(string text)
    {
        Assert.That(Parse(text), Is.EqualTo((DecimalResult.TooPrecise, 0L)));
    }

    [TestCase("92233720368.54775808")]
    [TestCase("92233720369")]
    [TestCase("184467440737.09551616")]
    [TestCase("99999999999999999999.99999999")]
    public void Numbers_beyond_63_bits_overflow(string text)
    {
        Assert.That(Parse(text), Is.EqualTo((DecimalResult.Overflow, 0L)));
    }

    [Test]
    public void Parsing_agrees_with_a_big_integer_reference_on_random_texts()
    {
        const string Alphabet = "00123456789999..-+eE ";
        var random = new Random(20_260);
        for (var i = 0; i < 200_000; i++)
        {
            var characters = new char[random.Next(1, 28)];
            for (var c = 0; c < characters.Length; c++)
            {
                // Mostly digits, so that every kind of result occurs.
                characters[c] = random.Next(20) == 0 ? Alphabet[random.Next(Alphabet.Length)] : (char)('0' + random.Next(10));
            }

            var text = new string(characters);
            Assert.That(Parse(text), Is.EqualTo(Reference(text)), text);
        }
    }

    [Test]
    public void Formatting_agrees_with_a_big_integer_reference()
    {
        var random = new Random(7);
        var buffer = new byte[DecimalText.MaxLength];
        Int128[] edges = [0, 1, -1, 99_999_999, 100_000_000, long.MaxValue, long.MinValue, ulong.MaxValue, (Int128)ulong.MaxValue + 1, Int128.MaxValue, Int128.MinValue];
        var values = edges.Concat(Enumerable.Range(0, 20_000).Select(_ => new Int128((ulong)random.NextInt64() >> random.Next(64), (ulong)random.NextInt64())));
        foreach (var value in values)
        {
            var big = BigInteger.Abs(BigInteger.Parse(value.ToString(), null));
            var expected = (value < 0 ? "-" : "") + BigInteger.Divide(big, 100_000_000) + "." + (big % 100_000_000).ToString("D8", null);
            Assert.That(Encoding.ASCII.GetString(buffer, 0, DecimalText.Format(value, buffer)), Is.EqualTo(expected));
        }
    }

    [TestCase(123L, 0, "123.00000000")]
    [TestCase(123L, 2, "1.23000000")]
    [TestCase(1L, 8, "0.00000001")]
    [TestCase(long.MaxValue, 0, "9223372036854775807.00000000")]
    public void Units_of_an_asset_are_padded_to_eight_decimals(long units, int scale, string expected)
    {
        var buffer = new byte[DecimalText.MaxLength];
        Assert.That(Encoding.ASCII.GetString(buffer, 0, DecimalText.FormatUnits(units, scale, buffer)), Is.EqualTo(expected));
    }

    [TestCase("0", DecimalResult.Parsed, 0L)]
    [TestCase("9223372036854775807", DecimalResult.Parsed, long.MaxValue)]
    [TestCase("00000000000000000005", DecimalResult.Parsed, 5L)]
    [TestCase("9223372036854775808", DecimalResult.Overflow, 0L)]
    [TestCase("99999999999999999999", DecimalResult.Overflow, 0L)]
    [TestCase("1.0", DecimalResult.Illegal, 0L)]
    [TestCase("-1", DecimalResult.Illegal, 0L)]
    [TestCase("000000000000000000001", DecimalResult.Illegal, 0L)]
    public void Integers_have_one_to_twenty_digits(string text, object result, long value)
    {
        Assert.That(DecimalText.ParseInteger(Encoding.UTF8.GetBytes(text), out var parsed), Is.EqualTo(result));
        Assert.That(parsed, Is.EqualTo(value));
    }

    private static (DecimalResult Result, long Value) Parse(string text) => (DecimalText.Parse(Encoding.UTF8.GetBytes(text), out var value), value);

    private static (DecimalResult Result, long Value) Reference(string text)
    {
        if (!Pattern().IsMatch(text))
        {
            return (DecimalResult.Illegal, 0);
        }

        var parts = text.Split('.');
        var fraction = parts.Length > 1 ? parts[1] : "";
        if (fraction.Length > 8)
        {
            return (DecimalResult.TooPrecise, 0);
        }

        var units = BigInteger.Parse(parts[0] + fraction.PadRight(8, '0'), null);
        return units > long.MaxValue ? (DecimalResult.Overflow, 0) : (DecimalResult.Parsed, (long)units);
    }

    // \z, as $ would also match in front of a final line feed.
    [GeneratedRegex(@"^([0-9]{1,20})(\.[0-9]{1,20})?\z")]
    private static partial Regex Pattern();
}
