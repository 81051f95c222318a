using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>The bugs that the simulation must find are compiled in only in the configuration Planted.</summary>
public sealed class PlantedBugTests
{
    private const string Planted = "Exchange.Matching.Types.Planted";

    private static IEnumerable<IlUse> CallsIn(string assembly) =>
        IlScanner.Scan(Assemblies.PathOf(assembly)).Where(use => use.Type == Planted && use.InType != Planted);

    [TestCaseSource(typeof(Assemblies), nameof(Assemblies.Production))]
    public void A_build_holds_planted_bugs_in_the_configuration_Planted_alone(string assembly)
    {
#if PLANTED
        Assert.That(CallsIn("Exchange.Matching").Count(), Is.GreaterThanOrEqualTo(25), "the scan finds them where they are");
#else
        Assert.That(CallsIn(assembly), Is.Empty);
#endif
    }
}
