using System.Text.RegularExpressions;

namespace Exchange.Tests.Architecture;

/// <summary>A rule on what compiled code may not mention.</summary>
/// <param name="Name">Names the rule in test names.</param>
/// <param name="Instead">What to do instead; part of the failure's message.</param>
/// <param name="IsBroken">Whether this use breaks the rule.</param>
public sealed partial record BannedUse(string Name, string Instead, Func<IlUse, bool> IsBroken)
{
    private static readonly string[] HashTables =
    [
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1", "System.Collections.Concurrent.ConcurrentDictionary`2",
        "System.Collections.Frozen.FrozenDictionary`2", "System.Collections.Frozen.FrozenSet`1", "System.Collections.Generic.IDictionary`2",
        "System.Collections.Generic.IReadOnlyDictionary`2", "System.Collections.Hashtable",
    ];

    private static readonly string[] Clocks =
        ["System.DateTime", "System.DateTimeOffset", "System.Diagnostics.Stopwatch", "System.TimeProvider"];

    private static readonly string[] Numbers =
    [
        "System.Byte", "System.SByte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64",
        "System.Int128", "System.UInt128", "System.Decimal", "System.IntPtr", "System.UIntPtr", "System.Numerics.BigInteger",
    ];

    /// <summary>Rules of the deterministic core.</summary>
    public static IReadOnlyList<BannedUse> InCore { get; } =
    [
        new(
            "FloatingPoint",
            "count in ticks, lots and units: integers",
            use => FloatingPoint().IsMatch(use.Type) || FloatingPoint().IsMatch(use.GenericArguments)),
        new(
            "Clock",
            "take the time from IClock, or from the command",
            use => !IsIn(use, "SystemClock")
                && (Clocks.Contains(use.TypeDefinition)
                    || (use.Type == "System.Environment" && use.Member.StartsWith("get_TickCount", StringComparison.Ordinal)))),
        new(
            "Randomness",
            "nothing in the core is random",
            use => use.Type is "System.Random" or "System.Security.Cryptography.RandomNumberGenerator"
                || (use.Type == "System.Guid" && use.Member is "NewGuid" or "CreateVersion7")),
        new(
            "ProcessHash",
            "hash by StateHash or ClientOrderId.StableHash: these differ from process to process",
            use => use.Type == "System.HashCode"
                || (use.Member == "GetHashCode" && use.Type is "System.Object" or "System.String" or "System.ValueType"
                    or "System.Runtime.CompilerServices.RuntimeHelpers")),
        new(
            "HashOrder",
            "walk an array or a sorted list: the order of a hash table is not part of the state",
            use => (HashTables.Contains(use.TypeDefinition) && use.Member is "GetEnumerator" or "get_Keys" or "get_Values" or "CopyTo" or "ToArray")
                || (use.TypeDefinition is "System.Collections.Generic.IEnumerable`1" && use.Member == "GetEnumerator" && HasPair(use.Type))
                || (use.TypeDefinition == "System.Linq.Enumerable" && HasPair(use.GenericArguments))),
        new(
            "Culture",
            "pass CultureInfo.InvariantCulture or a StringComparison",
            IsCultureSensitive),
        new(
            "Telemetry",
            "measure at the edge, or through a port that the host gives: the engine thread pays nothing for it",
            use => use.Type.StartsWith("System.Diagnostics.Metrics.", StringComparison.Ordinal)
                || use.TypeDefinition is "System.Diagnostics.Activity" or "System.Diagnostics.ActivitySource" or "System.Diagnostics.DiagnosticSource"),
        new(
            "Sleep",
            "wait on a barrier or an event",
            use => (use.Type == "System.Threading.Thread" && use.Member == "Sleep")
                || (use.Type == "System.Threading.Tasks.Task" && use.Member == "Delay")),
    ];

    /// <summary>Holds for every project: .NET 10 swallows a failed fsync here.</summary>
    public static BannedUse FrameworkFlush { get; } = new(
        "FrameworkFlush",
        "sync through IStorageFile.Sync, whose result is checked",
        use => (use.Type == "System.IO.RandomAccess" && use.Member == "FlushToDisk")
            || (use.Type == "System.IO.FileStream" && use.Member == "Flush" && use.Signature == "System.Boolean"));

    /// <summary>Returns the uses that break the rule.</summary>
    public IReadOnlyList<IlUse> BrokenBy(IEnumerable<IlUse> uses) => [.. uses.Where(IsBroken).Distinct()];

    public override string ToString() => Name;

    private static bool IsIn(IlUse use, string typeName) => use.InType.Split('.', '+').Contains(typeName);

    private static bool HasPair(string types) => types.Contains("System.Collections.Generic.KeyValuePair`2", StringComparison.Ordinal);

    private static bool IsCultureSensitive(IlUse use)
    {
        var hasProvider = use.Signature.Contains("System.IFormatProvider", StringComparison.Ordinal);
        if (Numbers.Contains(use.Type) && use.Member is "Parse" or "TryParse" or "ToString" or "TryFormat")
        {
            return Numbers.Contains(use.Type) && !hasProvider;
        }

        if (use.Type == "System.Globalization.CultureInfo")
        {
            return use.Member is "get_CurrentCulture" or "get_CurrentUICulture";
        }

        return use.Type == "System.String" && use.Member switch
        {
            "ToLower" or "ToUpper" => use.Signature.Length == 0,
            "Format" => !hasProvider,
            "Compare" => !use.Signature.Contains("StringComparison", StringComparison.Ordinal),
            "CompareTo" => true,
            "StartsWith" or "EndsWith" or "IndexOf" or "LastIndexOf" =>
                use.Signature.StartsWith("System.String", StringComparison.Ordinal)
                && !use.Signature.Contains("StringComparison", StringComparison.Ordinal),
            _ => false,
        };
    }

    [GeneratedRegex(@"\bSystem\.(Double|Single|Half)\b")]
    private static partial Regex FloatingPoint();
}
