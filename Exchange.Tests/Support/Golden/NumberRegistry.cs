using System.Globalization;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Golden;

/// <summary>
/// Every number that a journal may hold, with its name, as `Golden/registry.txt` keeps them for good. A line is `Enumeration number Name`, followed
/// by `retired` once the code has it no more. Lines are added, never changed and never removed: a journal of years ago holds the old meaning.
/// </summary>
internal static class NumberRegistry
{
    public static IReadOnlyList<Type> Enumerations { get; } =
    [
        typeof(CommandType), typeof(EventType), typeof(RejectReason), typeof(ExchangeMode), typeof(Side), typeof(OrderType), typeof(TimeInForce),
        typeof(OrderFlags), typeof(CancelRestriction), typeof(ExpireReason), typeof(OrderStatus), typeof(Restrictions), typeof(OperatorRole),
        typeof(ApiKeyPermissions), typeof(TradeFlags), typeof(RecordFlags),
    ];

    private static string Path => RepositoryFiles.Path("Exchange.Tests", "Golden", "registry.txt");

    /// <summary>One number and its name.</summary>
    public sealed record Entry(string Enumeration, long Number, string Name, bool IsRetired)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Enumeration} {Number} {Name}{(IsRetired ? " retired" : "")}");
    }

    public static IReadOnlyList<Entry> Read() =>
        [.. File.ReadLines(Path).Select((line, index) => line.Split(' ') switch
        {
            [var enumeration, var number, var name] => new Entry(enumeration, long.Parse(number, CultureInfo.InvariantCulture), name, false),
            [var enumeration, var number, var name, "retired"] => new Entry(enumeration, long.Parse(number, CultureInfo.InvariantCulture), name, true),
            _ => throw new FormatException($"{Path}, line {index + 1}: '{line}'"),
        })];

    /// <summary>Returns the numbers that the code has.</summary>
    public static IReadOnlyList<Entry> OfCode(IEnumerable<Type> enumerations) =>
        [.. enumerations.SelectMany(type => Enum.GetNames(type)
            .Select(name => new Entry(type.Name, Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture), name, false)))];

    /// <summary>Returns what is wrong with the code in the light of the registry, in words.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyList<Entry> registry, IReadOnlyList<Entry> code)
    {
        List<string> faults =
        [
            .. registry.GroupBy(entry => (entry.Enumeration, entry.Number)).Where(group => group.Count() > 1)
                .Select(group => $"{group.Key.Enumeration} {group.Key.Number} stands in the registry more than once"),
            .. registry.GroupBy(entry => (entry.Enumeration, entry.Name)).Where(group => group.Count() > 1)
                .Select(group => $"{group.Key.Enumeration} {group.Key.Name} stands in the registry more than once"),
        ];
        foreach (var known in registry)
        {
            var number = code.FirstOrDefault(entry => entry.Enumeration == known.Enumeration && entry.Number == known.Number);
            var name = code.FirstOrDefault(entry => entry.Enumeration == known.Enumeration && entry.Name == known.Name);
            if (known.IsRetired)
            {
                if (number is not null || name is not null)
                {
                    faults.Add($"{known.Enumeration} {known.Number} {known.Name} is retired: neither its number nor its name may come back; take new ones");
                }
            }
            else if (number is null && name is null)
            {
                faults.Add($"{known} is gone from the code: journals hold it. If they may no longer, mark its line 'retired'");
            }
            else if (number?.Name != known.Name)
            {
                faults.Add($"{known.Enumeration} {known.Number} was {known.Name} and is {number?.Name ?? "nothing"}: a number never changes its meaning");
            }
        }

        faults.AddRange(code
            .Where(entry => !registry.Any(known => known.Enumeration == entry.Enumeration && (known.Number == entry.Number || known.Name == entry.Name)))
            .Select(entry => $"add the line '{entry}' to Exchange.Tests/Golden/registry.txt"));
        return faults;
    }

    /// <summary>Adds what the code has and the registry has not; changes nothing that stands there.</summary>
    public static void Add()
    {
        var registry = File.Exists(Path) ? Read() : [];
        var missing = OfCode(Enumerations)
            .Where(entry => !registry.Any(known => known.Enumeration == entry.Enumeration && (known.Number == entry.Number || known.Name == entry.Name)));
        File.WriteAllLines(Path, registry.Concat(missing).OrderBy(entry => entry.Enumeration, StringComparer.Ordinal).ThenBy(entry => entry.Number).Select(entry => entry.ToString()));
    }
}
