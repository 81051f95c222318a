using Exchange.Benchmarks;
using Exchange.Benchmarks.Replay;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Benchmarks;

[TestFixture]
public class BenchmarkProgramTests
{
    [TestCase("", "usage: ")]
    [TestCase("repaly", "unknown command 'repaly'")]
    [TestCase("replay", "replay: name at least one file or directory")]
    [TestCase("replay nowhere.csv", "replay: 'nowhere.csv' does not exist")]
    [TestCase("replay --fast yes", "replay: unknown option '--fast'")]
    [TestCase("replay flow --url 127.0.0.1:8080", "replay: --url 127.0.0.1:8080: write for example http://127.0.0.1:8080")]
    [TestCase("replicate", "replicate: name at least one store")]
    [TestCase("replicate oracle", "replicate: no store 'oracle'")]
    [TestCase("journal here", "journal: unexpected 'here'")]
    [TestCase("journal --seconds", "journal: --seconds needs a value")]
    [TestCase("journal --seconds 0", "journal: --seconds 0: use a whole number from 1 to 600")]
    [TestCase("journal --seconds 1 --seconds 2", "journal: --seconds is given twice")]
    public async Task Wrong_arguments_end_with_2_a_complaint_and_the_usage(string arguments, string complaint)
    {
        var (exitCode, output, error) = await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(error, Does.StartWith(complaint).And.Contains("usage: dotnet run -c Release --project Exchange.Benchmarks -- <command>"));
        Assert.That(output, Is.Empty);
    }

    [Test]
    public async Task A_store_follows_both_journals_to_their_end_and_leaves_nothing()
    {
        var directory = Directory.CreateTempSubdirectory("exchange-replicate-");
        var (exitCode, output, error) = await RunAsync(["replicate", "sqlite", "--commands", "3000", "--directory", directory.FullName]);

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Does.Match("sqlite, orders rest shortly: [1-9].* journal events/s.*\\nsqlite, orders rest long: [1-9].* journal events/s"));
        Assert.That(Directory.GetFileSystemEntries(directory.FullName), Is.Empty);
        directory.Delete();
    }

    [TestCase("--help", "  replay FILE...|DIR... [--url URL]\n", "  journal [--seconds N]")]
    [TestCase("replay --help", "  replay FILE...|DIR... [--url URL]\n", "usage: ")]
    [TestCase("journal -h", "  journal [--seconds N]", "usage: ")]
    public async Task Help_is_output_and_ends_with_0(string arguments, string first, string second)
    {
        var (exitCode, output, error) = await RunAsync(arguments.Split(' '));
        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Contain(first).And.Contains(second));
        Assert.That(error, Is.Empty);
    }

    [Test]
    public async Task Replay_of_right_flow_says_OK_and_ends_with_0()
    {
        var (exitCode, output, error) = await RunAsync("replay", Path.GetDirectoryName(FlowFiles.Synthetic)!);
        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Does.Match(@"\nsynthetic_flow\.csv +300 +\d+ +\d+ +0  OK\n$"));
        Assert.That(error, Is.Empty);
    }

    [Test]
    public async Task Replay_of_wrong_flow_says_MISMATCH_with_the_row_and_ends_with_1()
    {
        var (exitCode, output, error) = await ReplayTextAsync($"{FlowReader.Header}\n0,ADD,1,S,10000,5,,,,10000,6\n");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Match(@"\nflow\.csv +1 +0 +0 +1  MISMATCH\n$"));
        Assert.That(error, Is.EqualTo("  flow.csv: row 0, Add: best bid / ask: expected none / 100*6, got none / 100*5\n"));
    }

    [Test]
    public async Task Replay_of_a_malformed_file_names_the_line_and_ends_with_1()
    {
        var (exitCode, _, error) = await ReplayTextAsync("nonsense\n");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain("flow.csv:1: the first line is not"));
    }

    private static async Task<(int ExitCode, string Output, string Error)> ReplayTextAsync(string text)
    {
        var directory = Directory.CreateTempSubdirectory("replay-");
        try
        {
            var file = Path.Combine(directory.FullName, "flow.csv");
            await File.WriteAllTextAsync(file, text);
            return await RunAsync("replay", file);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exitCode = await BenchmarkProgram.RunAsync(arguments, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
