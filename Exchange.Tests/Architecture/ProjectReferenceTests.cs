using System.Xml.Linq;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>
/// Who may refer to whom: Host to the modules, the modules to the core, the core to nobody. Both the project files and the compiled
/// assemblies are read.
/// </summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["Exchange.Matching"] = [],
        ["Exchange.Accounts"] = ["Exchange.Matching"],
        ["Exchange.MarketData"] = ["Exchange.Matching"],
        ["Exchange.Orders"] = ["Exchange.Matching"],
        ["Exchange.Replication"] = ["Exchange.Matching"],
        ["Exchange.Risk"] = ["Exchange.Matching"],
        ["Exchange.Host"] = ["Exchange.Matching", .. Assemblies.Modules],
        ["Exchange.Benchmarks"] = ["Exchange.Host"],
        ["Exchange.Tests"] = ["Exchange.Host", "Exchange.Benchmarks"],
    };

    private static IEnumerable<string> Projects => Expected.Keys;

    [Test]
    public void Every_project_of_the_repository_is_known_here()
    {
        var projects = RepositoryFiles.All()
            .Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) && !file.StartsWith("infra", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file));

        Assert.That(projects, Is.EquivalentTo(Projects));
    }

    [TestCaseSource(nameof(Projects))]
    public void Project_file_refers_exactly_to(string project) =>
        Assert.That(ProjectReferences(XDocument.Load(ProjectFile(project))), Is.EquivalentTo(Expected[project]));

    [TestCaseSource(typeof(Assemblies), nameof(Assemblies.Modules))]
    public void Module_is_compiled_against_no_project_but_the_core(string module) =>
        Assert.That(ExchangeReferences(module), Is.SubsetOf(new[] { "Exchange.Matching" }));

    [Test]
    public void Core_is_compiled_against_the_runtime_alone() =>
        Assert.That(ForeignReferences("Exchange.Matching"), Is.Empty);

    [Test]
    public void Core_names_no_package_and_no_further_framework()
    {
        var project = XDocument.Load(ProjectFile("Exchange.Matching"));

        Assert.That(project.Descendants("PackageReference").Concat(project.Descendants("FrameworkReference")), Is.Empty);
        Assert.That(project.Root!.Attribute("Sdk")!.Value, Is.EqualTo("Microsoft.NET.Sdk"));
    }

    [Test]
    public void Checks_find_what_they_forbid()
    {
        var project = XDocument.Parse("<Project><ItemGroup><ProjectReference Include=\"../Exchange.Risk/Exchange.Risk.csproj\" /></ItemGroup></Project>");

        Assert.That(ProjectReferences(project), Is.EqualTo(new[] { "Exchange.Risk" }));
        Assert.That(ExchangeReferences("Exchange.Tests"), Is.SupersetOf(new[] { "Exchange.Matching", "Exchange.Orders" }));
        Assert.That(ForeignReferences("Exchange.Tests"), Does.Contain("nunit.framework"));
        Assert.That(ForeignReferences("Exchange.Host"), Has.Some.StartsWith("Microsoft.AspNetCore"));
    }

    private static string ProjectFile(string project) =>
        RepositoryFiles.Path([.. Assemblies.Modules.Contains(project) ? new[] { "Modules", project } : [project], project + ".csproj"]);

    private static List<string> ProjectReferences(XDocument project) =>
        [.. project.Descendants("ProjectReference").Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value))];

    private static List<string> ExchangeReferences(string assembly) =>
        [.. IlScanner.References(Assemblies.PathOf(assembly)).Where(name => name.StartsWith("Exchange.", StringComparison.Ordinal))];

    /// <summary>Returns the references that the bare runtime (no ASP.NET, no package) does not contain.</summary>
    private static List<string> ForeignReferences(string assembly)
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return [.. IlScanner.References(Assemblies.PathOf(assembly)).Where(name => !File.Exists(Path.Combine(runtime, name + ".dll")))];
    }
}
