namespace Exchange.Tests.Architecture;

/// <summary>The assemblies of the solution, as they lie beside the tests.</summary>
public static class Assemblies
{
    /// <summary>The modules; they know the core and nothing else.</summary>
    public static IReadOnlyList<string> Modules { get; } =
        ["Exchange.Accounts", "Exchange.MarketData", "Exchange.Orders", "Exchange.Replication", "Exchange.Risk"];

    /// <summary>Everything that runs in production.</summary>
    public static IReadOnlyList<string> Production { get; } = ["Exchange.Matching", .. Modules, "Exchange.Host"];

    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
}
