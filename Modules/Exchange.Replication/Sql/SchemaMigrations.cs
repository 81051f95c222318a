using System.Globalization;
using System.Text.RegularExpressions;

namespace Exchange.Replication.Sql;

/// <summary>
/// The schema's versions: one embedded file each, `NNNN_name.sql`, in the common subset of SQLite and PostgreSQL with tokens for what differs.
/// A file that was released never changes; a change of the schema is a new file. Statements end with a semicolon at the end of a line.
/// </summary>
internal static partial class SchemaMigrations
{
    private const string Prefix = "Exchange.Replication.Sql.Migrations.";

    /// <summary>What this build's newest migration makes.</summary>
    public static int NewestVersion { get; } = Names().Select(VersionOf).Max();

    /// <summary>Returns the statements of every migration behind <paramref name="version"/>, in order.</summary>
    /// <param name="clustered">What a table ends with whose rows lie in the order of its primary key.</param>
    /// <param name="include">What a primary key is followed by, with the columns in parentheses, that carries further columns; empty for none.</param>
    /// <param name="bytes">The type of a column of bytes.</param>
    public static IEnumerable<(int Version, string[] Statements)> Behind(int version, string clustered, string include, string bytes) =>
        from name in Names()
        let next = VersionOf(name)
        where next > version
        orderby next
        select (next, Statements(With().Replace(Text(name), include.Length == 0 ? "" : include + " ($1)")
            .Replace("{clustered}", clustered, StringComparison.Ordinal).Replace("{bytes}", bytes, StringComparison.Ordinal)));

    /// <summary>
    /// Whether a store of this version holds too little of the past for one of the migrations behind it: then it must be rebuilt, unless it is empty.
    /// Such a migration begins with <c>-- rebuild:</c>.
    /// </summary>
    public static bool NeedsRebuildBehind(int version) =>
        Names().Any(name => VersionOf(name) > version && Text(name).StartsWith("-- rebuild:", StringComparison.Ordinal));

    public static string TooNew(int version) =>
        $"its schema has version {version}, this build knows {NewestVersion}: start the newer build, or rebuild with this one";

    public static string TooOld(int version) => $"its schema has version {version}, whose rows lack what version {NewestVersion} holds of the past";

    private static IEnumerable<string> Names() =>
        typeof(SchemaMigrations).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));

    private static int VersionOf(string name) =>
        int.Parse(name.AsSpan(Prefix.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(SchemaMigrations).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static string[] Statements(string text) =>
        [.. text.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    [GeneratedRegex(@"\{with: ([^}]*)\}")]
    private static partial Regex With();
}
