using System.Runtime.Versioning;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>Scripts, unit and templates, read by the programs that know them best. A program that is missing is said to be.</summary>
[SupportedOSPlatform("linux")]
public sealed class DeployTests
{
    private static readonly string[] Scripts =
        [.. Directory.GetFiles(RepositoryRoot.Path("infra"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && IsScript(file))
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path(), file))
            .Order(StringComparer.Ordinal)];

    [Test]
    public void Scripts_are_found() => Assert.That(Scripts, Does.Contain("infra/deploy/bootstrap.sh").And.Contain("infra/deploy/may-lead").And.Contain("infra/local/services"));

    [TestCaseSource(nameof(Scripts))]
    public void Script_has_no_fault_that_shellcheck_knows(string script)
    {
        var (code, output) = Tool.Run("shellcheck", RepositoryRoot.Path(script));

        Assert.That(code, Is.Zero, output);
    }

    [TestCaseSource(nameof(Scripts))]
    public void Script_can_be_executed_and_stops_at_the_first_failure(string script)
    {
        var file = RepositoryRoot.Path(script);

        Assert.That(File.GetUnixFileMode(file) & UnixFileMode.UserExecute, Is.Not.EqualTo(UnixFileMode.None));
        Assert.That(File.ReadAllText(file), Does.Contain("set -euo pipefail"));
    }

    [Test]
    public void User_data_of_every_host_has_no_fault_that_shellcheck_knows()
    {
        var templates = Templates.Production.OfType("AWS::EC2::LaunchTemplate").Where(template => template.Stack == "engine").ToList();
        Assert.That(templates, Has.Count.EqualTo(2));
        foreach (var template in templates)
        {
            var script = Path.GetTempFileName();
            try
            {
                // References to other resources become a word each, as they do when the template is deployed.
                File.WriteAllText(script, UserData.Of(template));
                var (code, output) = Tool.Run("shellcheck", "--shell=bash", script);
                Assert.That(code, Is.Zero, $"{template}: {output}");
            }
            finally
            {
                File.Delete(script);
            }
        }
    }

    [Test]
    public void User_data_gives_the_bootstrap_every_setting_that_it_asks_for()
    {
        var asked = File.ReadAllText(RepositoryRoot.Path("infra", "deploy", "bootstrap.sh")).Split('"').Where(part => part.StartsWith("${EXCHANGE_", StringComparison.Ordinal)).Select(part => part[2..].Split(':')[0]);
        var userData = UserData.Of(Templates.Production.OfType("AWS::EC2::LaunchTemplate").First(template => template.Stack == "engine"));

        Assert.That(asked, Is.Not.Empty);
        Assert.That(asked.Where(name => !userData.Contains($"export {name}=", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Unit_is_one_that_systemd_accepts()
    {
        // Its programs are on an engine host, not here: the check gets a copy that names programs which exist.
        var folder = Directory.CreateTempSubdirectory("exchange-unit").FullName;
        try
        {
            var unit = File.ReadAllText(RepositoryRoot.Path("infra", "deploy", "exchange.service"));
            var here = string.Join('\n', unit.Split('\n').Select(line => line.StartsWith("Exec", StringComparison.Ordinal) ? line.Split('=')[0] + "=/bin/true" : line));
            File.WriteAllText(Path.Combine(folder, "exchange.service"), here);
            var (code, output) = Tool.Run("systemd-analyze", "verify", Path.Combine(folder, "exchange.service"));

            Assert.That(code, Is.Zero, output);
            Assert.That(output, Does.Not.Contain("Unknown"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Every_program_of_unit_and_hooks_is_in_the_bundle()
    {
        var unit = File.ReadAllText(RepositoryRoot.Path("infra", "deploy", "exchange.service"));
        foreach (var line in unit.Split('\n').Where(line => line.Contains("/opt/exchange/current/deploy/", StringComparison.Ordinal)))
        {
            Assert.That(RepositoryRoot.Path("infra", "deploy", line.Split("/deploy/")[1]), Does.Exist);
        }

        var hooks = File.ReadAllText(RepositoryRoot.Path("infra", "deploy", "appspec.yml")).Split('\n').Where(line => line.Contains("location:", StringComparison.Ordinal)).ToList();
        Assert.That(hooks, Has.Count.EqualTo(5));
        foreach (var hook in hooks)
        {
            Assert.That(RepositoryRoot.Path(["infra", .. hook.Split("location:")[1].Trim().Split('/')]), Does.Exist);
        }
    }

    [Test]
    public void Templates_have_no_fault_that_cfn_lint_knows()
    {
        var folder = Directory.CreateTempSubdirectory("exchange-lint").FullName;
        try
        {
            foreach (var (stack, json) in Templates.Production.Json)
            {
                File.WriteAllText(Path.Combine(folder, stack + ".template.json"), json);
            }

            // W3010: the zones are settings of the environment.
            var (code, output) = Tool.Run("cfn-lint", ["--ignore-checks", "W3010", "--", .. Directory.GetFiles(folder)]);
            Assert.That(code, Is.Zero, output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsScript(string file)
    {
        // Why shared: the stores' script, which other tests run at this time, holds a lock on a file of its folder.
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadLine() == "#!/usr/bin/env bash";
    }
}
