using System.Globalization;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Replay;

/// <summary>
/// Reads recorded order flow, a text file of one command per line:
/// <code>
/// n,op,id,side,price,qty,expect,bb,bbq,ba,baq
///   op               ADD, REDUCE, CANCEL, TAKE or FORCE (see <see cref="FlowOperation"/>)
///   id               of the order; 0 for TAKE
///   side             B or S
///   price, bb, ba    1/10000 of the currency, whole multiples of 100 (a tick of 0.01)
///   expect           fills of a TAKE as makerId@price*qty, separated by '|', in order
///   bb,bbq,ba,baq    best bid and ask with their quantity after the command; both empty for an empty side
/// </code>
/// </summary>
internal static class FlowReader
{
    public const string Header = "n,op,id,side,price,qty,expect,bb,bbq,ba,baq";

    /// <summary>Price units of the file in one tick.</summary>
    public const int PriceUnitsPerTick = 100;

    private const int FieldCount = 11;

    /// <exception cref="FlowFormatException">The file is malformed; the message names it, the line and the fault.</exception>
    public static IReadOnlyList<FlowRow> ReadFile(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <param name="name">For messages.</param>
    /// <inheritdoc cref="ReadFile"/>
    public static IReadOnlyList<FlowRow> Read(TextReader reader, string name)
    {
        List<FlowRow> rows = [];
        var lineNumber = 1;
        if (reader.ReadLine() != Header)
        {
            throw new FlowFormatException(name, lineNumber, $"the first line is not '{Header}'");
        }

        while (reader.ReadLine() is { } line)
        {
            lineNumber++;
            try
            {
                rows.Add(ReadRow(line));
            }
            catch (FormatException fault)
            {
                throw new FlowFormatException(name, lineNumber, fault.Message);
            }
        }

        return rows.Count > 0 ? rows : throw new FlowFormatException(name, lineNumber, "there is no command");
    }

    private static FlowRow ReadRow(string line)
    {
        var fields = line.Split(',');
        if (fields.Length != FieldCount)
        {
            throw new FormatException($"{fields.Length} fields instead of {FieldCount}");
        }

        return new FlowRow(
            checked((int)Number(fields[0])),
            Operation(fields[1]),
            Number(fields[2]),
            fields[3] switch { "B" => Side.Buy, "S" => Side.Sell, var other => throw new FormatException($"side '{other}'") },
            Ticks(fields[4]),
            Number(fields[5]),
            Fills(fields[6]),
            new FlowBook(Best(fields[7], fields[8]), Best(fields[9], fields[10])));
    }

    private static FlowOperation Operation(string text) => text switch
    {
        "ADD" => FlowOperation.Add,
        "REDUCE" => FlowOperation.Reduce,
        "CANCEL" => FlowOperation.Cancel,
        "TAKE" => FlowOperation.Take,
        "FORCE" => FlowOperation.Force,
        _ => throw new FormatException($"operation '{text}'"),
    };

    private static List<FlowFill> Fills(string text)
    {
        List<FlowFill> fills = [];
        if (text.Length == 0)
        {
            return fills;
        }

        foreach (var fill in text.Split('|'))
        {
            if (fill.Split('@', '*') is not [var maker, var price, var quantity])
            {
                throw new FormatException($"fill '{fill}' is not makerId@price*qty");
            }

            fills.Add(new FlowFill(Number(maker), Ticks(price), Number(quantity)));
        }

        return fills;
    }

    private static FlowBest Best(string price, string quantity) =>
        price.Length == 0 && quantity.Length == 0 ? default : new FlowBest(Ticks(price), Number(quantity));

    private static long Ticks(string text)
    {
        var (ticks, rest) = Math.DivRem(Number(text), PriceUnitsPerTick);
        return rest == 0 ? ticks : throw new FormatException($"price {text} is no whole tick");
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is no whole number");
}

/// <summary>A file of recorded flow is malformed.</summary>
internal sealed class FlowFormatException(string name, int line, string fault) : Exception($"{name}:{line}: {fault}");
