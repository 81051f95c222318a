using System.Text.RegularExpressions;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>Rules on the sources themselves.</summary>
public sealed partial class HouseRuleTests
{
    private const int MaxLines = 600;

    // Why in parts: this file is read by its own rules.
    private static readonly string[] UnfinishedWords = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];

    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".json", ".md", ".sh", ".yml", ".yaml", ".scenario", ".js", ".mjs", ".css", ".html", ".cshtml", ".sql", ".ts"];

    private static IReadOnlyList<string> TextFiles { get; } =
        [.. RepositoryFiles.All().Where(file => TextEndings.Contains(Path.GetExtension(file)) || Path.GetFileName(file) is "Dockerfile" || IsScript(file))
            .Where(file => Path.GetFileName(file) is not ("packages.lock.json" or "package-lock.json"))];

    [Test]
    public void Files_are_found() => Assert.That(TextFiles, Does.Contain("Exchange.Matching/Types/Symbol.cs").And.Contain(".ci/run"));

    [Test]
    public void No_file_is_longer_than_600_lines() =>
        Assert.That(TextFiles.Where(file => IsTooLong(File.ReadAllText(RepositoryFiles.Path(file)))), Is.Empty);

    [Test]
    public void Nothing_is_left_unfinished() =>
        Assert.That(TextFiles.Where(file => IsUnfinished(File.ReadAllText(RepositoryFiles.Path(file)))), Is.Empty);

    [Test]
    public void No_file_names_a_folder_of_somebodys_machine() =>
        Assert.That(TextFiles.Where(file => MachinePath().IsMatch(File.ReadAllText(RepositoryFiles.Path(file)))), Is.Empty);

    [Test]
    public void Every_project_has_a_page_that_explains_it()
    {
        var projects = RepositoryFiles.All().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => Path.GetDirectoryName(file)!);

        Assert.That(projects.Where(folder => !HasReadme(folder)), Is.Empty, "these folders need a README.md");
    }

    [Test]
    public void Rules_find_what_they_forbid()
    {
        Assert.That(IsTooLong(string.Concat(Enumerable.Repeat("line\n", MaxLines + 1))), Is.True);
        Assert.That(IsTooLong(string.Concat(Enumerable.Repeat("line\n", MaxLines))), Is.False);
        foreach (var word in UnfinishedWords)
        {
            Assert.That(IsUnfinished($"// {word}: later"), Is.True, word);
        }

        Assert.That(MachinePath().IsMatch("reads " + "/ho" + "me/somebody/file"), Is.True);
        Assert.That(MachinePath().IsMatch("\"/ro" + "ot/x\""), Is.True);
        Assert.That(MachinePath().IsMatch(@"C:" + @"\Users\somebody"), Is.True);
        Assert.That(MachinePath().IsMatch("GET https://example.org/home/page"), Is.False);
        Assert.That(HasReadme("Exchange.Tests/Architecture/Violations"), Is.False);
        Assert.That(HasReadme("Exchange.Tests/Scenarios"), Is.True);
    }

    private static bool HasReadme(string folder) => File.Exists(RepositoryFiles.Path(folder, "README.md"));

    private static bool IsScript(string file) => file.StartsWith(".ci/", StringComparison.Ordinal);

    private static bool IsTooLong(string text) => text.Count(character => character == '\n') > MaxLines;

    private static bool IsUnfinished(string text) => UnfinishedWords.Any(word => text.Contains(word, StringComparison.Ordinal));

    [GeneratedRegex(@"(?<![\w.\-])/(home|root|Users|work)/\w|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
