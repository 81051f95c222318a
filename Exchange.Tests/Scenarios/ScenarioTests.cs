using Exchange.Tests.Support;
using Exchange.Tests.Support.Reference;
using Exchange.Tests.Support.Scenarios;
using NUnit.Framework;

namespace Exchange.Tests.Scenarios;

/// <summary>Every `*.scenario` file of this folder is a test.</summary>
public sealed class ScenarioTests
{
    [TestCaseSource(nameof(Names))]
    public void Reference_exchange_plays_scenario(string name) =>
        Assert.That(() => ScenarioRunner.Run(Load(name), genesis => new ReferenceExchange(genesis)), Throws.Nothing);

    [TestCaseSource(nameof(Names))]
    public void Engine_plays_scenario(string name) =>
        Assert.That(() => ScenarioRunner.Run(Load(name), genesis => new EngineExchange(genesis)), Throws.Nothing);

    [Test]
    public void Scenarios_are_found() => Assert.That(Names().Count(), Is.AtLeast(12));

    /// <summary>Returns the names of the scenarios, without their ending, in ordinal order.</summary>
    public static IEnumerable<string> Names() =>
        Directory.GetFiles(RepositoryFiles.Path("Exchange.Tests", "Scenarios"), "*.scenario")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal);

    public static Scenario Load(string name)
    {
        var file = name + ".scenario";
        return Scenario.Parse(file, File.ReadAllText(RepositoryFiles.Path("Exchange.Tests", "Scenarios", file)));
    }
}
