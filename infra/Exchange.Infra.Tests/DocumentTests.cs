using System.Text.RegularExpressions;
using Exchange.Infra.Capacity;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>infra/README.md says what is: its figures, its picture, its evidence.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Text = File.ReadAllText(RepositoryRoot.Path("infra", "README.md"));

    [Test]
    public void Capacity_tables_are_what_the_model_says() =>
        Assert.That(Text, Does.Contain("<!-- capacity: begin -->\n" + CapacityReport.Markdown() + "<!-- capacity: end -->"), "dotnet run --project infra/Exchange.Infra -- capacity prints them anew");

    [Test]
    public void Simulation_gives_the_same_figures_on_every_run()
    {
        var first = new OrderPathSimulation(15_000, 1).Run();

        Assert.That(new OrderPathSimulation(15_000, 1).Run(), Is.EqualTo(first));
        Assert.That(first.P50, Is.LessThan(first.P99));
        Assert.That(first.P99, Is.LessThan(first.P999));
    }

    [Test]
    public void A_host_with_too_few_cores_shows_in_the_simulation()
    {
        // 40,000 orders of 30 us need 1.2 cores.
        Assert.That(new OrderPathSimulation(40_000, 1).Run().P50, Is.GreaterThan(100 * new OrderPathSimulation(40_000, 3).Run().P50));
    }

    [Test]
    public void Picture_shows_every_part_of_its_source()
    {
        var source = File.ReadAllText(RepositoryRoot.Path("infra", "diagram.dot"));
        var picture = File.ReadAllText(RepositoryRoot.Path("infra", "diagram.svg"));
        var parts = Part().Matches(source).Select(match => match.Groups[1].Value).ToList();

        Assert.That(parts, Has.Count.GreaterThan(12));
        Assert.That(parts.Where(part => !picture.Contains($"<title>{part}</title>", StringComparison.Ordinal)), Is.Empty, "dot -Tsvg infra/diagram.dot -o infra/diagram.svg");
    }

    [Test]
    public void Evidence_that_is_named_exists()
    {
        var tests = Directory.GetFiles(RepositoryRoot.Path("Exchange.Tests"), "*.cs", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet();
        var named = Named().Matches(Text).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.That(named, Has.Count.GreaterThan(3));
        Assert.That(named.Where(name => !tests.Contains(name)), Is.Empty);
    }

    [TestCase("infra/README.md")]
    [TestCase("infra/Exchange.Infra/README.md")]
    [TestCase("infra/runbooks/README.md")]
    public void Links_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.Path(document.Split('/')))!;
        var links = Link().Matches(File.ReadAllText(RepositoryRoot.Path(document.Split('/')))).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToList();

        Assert.That(links, Is.Not.Empty);
        Assert.That(links.Where(link => !Path.Exists(Path.Combine(folder, link))), Is.Empty);
    }

    [GeneratedRegex(@"^\s+(\w+) \[label=", RegexOptions.Multiline)]
    private static partial Regex Part();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();
}
