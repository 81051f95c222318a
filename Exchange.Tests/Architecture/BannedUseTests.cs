using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>
/// What the compiled code may not mention. Each rule is held against `Exchange.Matching` (the flush rule: against everything), and has been
/// seen to fail: the types in `Violations` break one rule each, and the same scan must find exactly them.
/// </summary>
public sealed class BannedUseTests
{
    private const string ViolationsNamespace = "Exchange.Tests.Architecture.Violations.";

    private static readonly Lazy<IReadOnlyList<IlUse>> Core = new(() => IlScanner.Scan(Assemblies.PathOf("Exchange.Matching")));

    private static readonly Lazy<IReadOnlyList<IlUse>> Violations = new(() =>
        [.. IlScanner.Scan(Assemblies.PathOf("Exchange.Tests")).Where(use => use.InType.StartsWith(ViolationsNamespace, StringComparison.Ordinal))]);

    private static IEnumerable<BannedUse> AllRules => [.. BannedUse.InCore, BannedUse.FrameworkFlush];

    [TestCaseSource(typeof(BannedUse), nameof(BannedUse.InCore))]
    public void Core_does_not_use(BannedUse rule) =>
        Assert.That(rule.BrokenBy(Core.Value), Is.Empty, rule.Instead);

    [TestCaseSource(typeof(Assemblies), nameof(Assemblies.Production))]
    public void Nothing_syncs_through_the_framework(string assembly) =>
        Assert.That(
            BannedUse.FrameworkFlush.BrokenBy(IlScanner.Scan(Assemblies.PathOf(assembly))), Is.Empty, BannedUse.FrameworkFlush.Instead);

    [TestCaseSource(nameof(AllRules))]
    public void Rule_finds_its_violation_and_no_other(BannedUse rule)
    {
        var found = rule.BrokenBy(Violations.Value).Select(use => use.InType.Split('+')[0]).Distinct();

        Assert.That(found, Is.EquivalentTo(new[] { ViolationsNamespace + rule.Name + "Violation" }));
    }

    [TestCaseSource(nameof(AllRules))]
    public void Every_method_of_a_violation_is_found(BannedUse rule)
    {
        var methods = typeof(BannedUseTests).Assembly.GetType(ViolationsNamespace + rule.Name + "Violation", throwOnError: true)!
            .GetMethods(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.DeclaredOnly)
            .Select(method => method.Name);

        Assert.That(rule.BrokenBy(Violations.Value).Select(use => use.InMember).Distinct(), Is.SupersetOf(methods));
    }

    [Test]
    public void Scan_reads_the_core_for_real() =>
        Assert.That(Core.Value.Any(use => use is { InType: "Exchange.Matching.Types.Symbol", Type: "System.ArgumentException", Member: ".ctor" }));

    /// <summary>Formatting by interpolation follows the process culture; this setting makes that the invariant one.</summary>
    [Test]
    public void Globalization_is_invariant() =>
        Assert.That(File.ReadAllText(RepositoryFiles.Path("Directory.Build.props")), Does.Contain("<InvariantGlobalization>true</InvariantGlobalization>"));
}
