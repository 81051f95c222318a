namespace Exchange.Replication.DynamoDb;

/// <summary>What a verification has found: some examples of each table, and how many there were in all. One thread.</summary>
internal sealed class Differences
{
    private const int ExamplesMax = 10;

    private readonly SortedDictionary<string, (int Count, List<string> Examples)> _tables = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Lines =>
    [
        .. _tables.SelectMany(table => table.Value.Examples
            .Select(example => $"{table.Key}: {example}")
            .Concat(table.Value.Count > ExamplesMax ? [$"{table.Key}: {table.Value.Count} differences in all"] : [])),
    ];

    public void Add(string table, string difference)
    {
        var (count, examples) = _tables.TryGetValue(table, out var known) ? known : (0, []);
        if (examples.Count < ExamplesMax)
        {
            examples.Add(difference);
        }

        _tables[table] = (count + 1, examples);
    }
}
