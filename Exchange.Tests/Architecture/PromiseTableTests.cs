using System.Text.RegularExpressions;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>The promises of `Exchange.Matching/Journal/README.md` name tests that there are.</summary>
public sealed partial class PromiseTableTests
{
    private const int FaultsAtLeast = 8;

    [Test]
    public void Every_promise_names_tests_that_exist()
    {
        var rows = Rows(File.ReadAllText(RepositoryFiles.Path("Exchange.Matching", "Journal", "README.md")));

        Assert.That(rows, Has.Count.GreaterThanOrEqualTo(FaultsAtLeast));
        Assert.That(rows.Where(row => row.Tests.Count == 0).Select(row => row.Fault), Is.Empty, "promises without a test");
        Assert.That(rows.SelectMany(row => row.Tests).Where(test => !Exists(test)), Is.Empty, "tests that do not exist");
    }

    [Test]
    public void A_test_that_does_not_exist_is_found()
    {
        Assert.That(Exists($"{nameof(PromiseTableTests)}.{nameof(A_test_that_does_not_exist_is_found)}"), Is.True);
        Assert.That(Exists($"{nameof(PromiseTableTests)}.Anything"), Is.False);
        Assert.That(Exists($"Nobody.{nameof(A_test_that_does_not_exist_is_found)}"), Is.False);
    }

    private static List<(string Fault, IReadOnlyList<string> Tests)> Rows(string page)
    {
        var section = page[page.IndexOf("## The promise", StringComparison.Ordinal)..];
        return [.. section[..section.IndexOf("\n## ", StringComparison.Ordinal)].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .Select(line => line.Split('|'))
            .Select(cells => (cells[1].Trim(), (IReadOnlyList<string>)[.. TestName().Matches(cells[3]).Select(match => match.Groups[1].Value)]))];
    }

    private static bool Exists(string test) => test.Split('.') is [var fixture, var method]
        && typeof(PromiseTableTests).Assembly.GetTypes().Any(type => type.Name == fixture
            && type.GetMethod(method) is { } found
            && found.GetCustomAttributes(inherit: false).Any(attribute => attribute is NUnit.Framework.Interfaces.ITestBuilder or NUnit.Framework.Interfaces.ISimpleTestBuilder));

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex TestName();
}
