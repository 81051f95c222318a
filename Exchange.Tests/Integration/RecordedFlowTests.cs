using Exchange.Benchmarks.Replay;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>Recorded order flow through the core: every fill and every best price as a real exchange had them.</summary>
[TestFixture]
public class RecordedFlowTests
{
    [TestCase("aapl_first10s_l50.csv", 710)]
    [TestCase("aapl_first998_l10.csv", 919)]
    [TestCase("msft_open_l50.csv", 1_960)]
    public async Task Recorded_flow_fills_and_stands_as_recorded(string file, int commands)
    {
        if (!Directory.Exists(FlowFiles.RecordedDirectory))
        {
            Assert.Ignore($"no recorded flow: '{FlowFiles.RecordedDirectory}' does not exist; set EXCHANGE_FLOW_DIR to its directory");
        }

        var report = await ReplayAsync(await File.ReadAllTextAsync(Path.Combine(FlowFiles.RecordedDirectory, file)));
        Assert.That(report.Mismatches, Is.Empty);
        Assert.That(report.Commands, Is.EqualTo(commands));
        Assert.That(report.FillsChecked, Is.GreaterThanOrEqualTo(report.Takes).And.Positive);
    }

    [Test]
    public async Task Synthetic_flow_fills_and_stands_as_expected()
    {
        var text = await File.ReadAllTextAsync(FlowFiles.Synthetic);
        var report = await ReplayAsync(text);
        Assert.That(report.Mismatches, Is.Empty);
        Assert.That(report.Commands, Is.EqualTo(300));
        Assert.That(report.FillsChecked, Is.EqualTo(text.Count(character => character == '@')));
    }

    [Test]
    public void Synthetic_flow_in_the_repository_is_what_its_generator_makes() =>
        Assert.That(
            File.ReadAllText(FlowFiles.Synthetic),
            Is.EqualTo(SyntheticFlow.Generate()),
            $"run {nameof(Synthetic_flow_is_written_anew)} if the generator was changed on purpose");

    [Test]
    public void Synthetic_flow_has_every_operation_and_takes_of_many_fills()
    {
        var rows = FlowReader.ReadFile(FlowFiles.Synthetic);
        Assert.That(rows.Select(row => row.Operation).Distinct(), Is.EquivalentTo(Enum.GetValues<FlowOperation>()));
        Assert.That(rows.Max(row => row.ExpectedFills.Count), Is.GreaterThanOrEqualTo(4));
        Assert.That(
            rows.Where(row => row.Operation == FlowOperation.Take && row.ExpectedFills.Sum(fill => fill.Quantity) < row.Quantity),
            Is.Not.Empty,
            "takes that find less than they want");
    }

    [Test]
    [Explicit("writes the file in the repository anew")]
    public void Synthetic_flow_is_written_anew()
    {
        File.WriteAllText(FlowFiles.Synthetic, SyntheticFlow.Generate());
        Assert.That(FlowFiles.Synthetic, Does.Exist);
    }

    [TestCaseSource(nameof(Alterations))]
    public async Task An_altered_expectation_is_reported_and_nothing_else(Alteration alteration)
    {
        var rows = FlowReader.ReadFile(FlowFiles.Synthetic).ToList();
        var index = rows.FindIndex(row => row.Operation == FlowOperation.Take && row.ExpectedFills.Count >= 2);
        rows[index] = alteration.Apply(rows[index]);

        using var target = new EngineFlowTarget();
        var report = await FlowDriver.RunAsync(rows, target);

        Assert.That(report.IsOk, Is.False);
        Assert.That(report.MismatchCount, Is.EqualTo(1));
        Assert.That(report.Mismatches, Has.Exactly(1).StartsWith($"row {rows[index].Number}, Take: {alteration.Subject}: expected"));
    }

    [Test]
    public async Task An_order_that_crosses_where_the_flow_lets_it_rest_is_reported()
    {
        var report = await ReplayAsync($"""
            {FlowReader.Header}
            0,ADD,1,S,10000,5,,,,10000,5
            1,ADD,2,B,10000,5,,,,,
            """);
        Assert.That(report.Mismatches, Is.EqualTo(new[] { "row 1, Add: fills: expected , got 1@100*5" }));
    }

    [Test]
    public async Task A_refused_command_is_reported()
    {
        var report = await ReplayAsync($"""
            {FlowReader.Header}
            0,ADD,1,S,10000,5,,,,10000,5
            1,CANCEL,1,S,10000,5,,,,,
            2,CANCEL,1,S,10000,5,,,,,
            3,REDUCE,7,S,10000,5,,,,,
            """);
        Assert.That(report.Mismatches, Is.EqualTo(new[] { "row 2, Cancel: refused: UnknownOrder", "row 3, Reduce: order 7 was never added" }));
    }

    [TestCase("n,op", 1, "the first line is not")]
    [TestCase($"{FlowReader.Header}\n", 1, "there is no command")]
    [TestCase($"{FlowReader.Header}\n0,ADD,1,S,10000,5,,,,10000", 2, "10 fields instead of 11")]
    [TestCase($"{FlowReader.Header}\n0,GRAB,1,S,10000,5,,,,10000,5", 2, "operation 'GRAB'")]
    [TestCase($"{FlowReader.Header}\n0,ADD,1,X,10000,5,,,,10000,5", 2, "side 'X'")]
    [TestCase($"{FlowReader.Header}\n0,ADD,1,S,10001,5,,,,10000,5", 2, "price 10001 is no whole tick")]
    [TestCase($"{FlowReader.Header}\n0,ADD,1,S,10000,-5,,,,10000,5", 2, "'-5' is no whole number")]
    [TestCase($"{FlowReader.Header}\n0,TAKE,0,S,10000,5,1@10000,,,10000,5", 2, "fill '1@10000' is not makerId@price*qty")]
    public void A_malformed_file_is_named_with_line_and_fault(string text, int line, string fault)
    {
        using var reader = new StringReader(text);
        Assert.That(
            () => FlowReader.Read(reader, "some.csv"),
            Throws.TypeOf<FlowFormatException>().With.Message.StartsWith($"some.csv:{line}: {fault}"));
    }

    private static async Task<FlowReport> ReplayAsync(string text)
    {
        using var reader = new StringReader(text);
        using var target = new EngineFlowTarget();
        var report = await FlowDriver.RunAsync(FlowReader.Read(reader, "test"), target);
        Assert.That(target.FindInconsistency(), Is.Null);
        return report;
    }

    private static Alteration[] Alterations() =>
    [
        new("fills", "quantity of a fill", row => row with
        {
            ExpectedFills = [row.ExpectedFills[0] with { Quantity = row.ExpectedFills[0].Quantity + 1 }, .. row.ExpectedFills.Skip(1)],
        }),
        new("fills", "price of a fill", row => row with
        {
            ExpectedFills = [row.ExpectedFills[0] with { Price = row.ExpectedFills[0].Price + 1 }, .. row.ExpectedFills.Skip(1)],
        }),
        new("fills", "order of fills", row => row with { ExpectedFills = [.. row.ExpectedFills.Reverse()] }),
        new("fills", "one fill fewer", row => row with { ExpectedFills = [.. row.ExpectedFills.Skip(1)] }),
        new("best bid / ask", "bid price", row => row with
        {
            ExpectedBook = row.ExpectedBook with { Bid = row.ExpectedBook.Bid with { Price = row.ExpectedBook.Bid.Price - 1 } },
        }),
        new("best bid / ask", "ask quantity", row => row with
        {
            ExpectedBook = row.ExpectedBook with { Ask = row.ExpectedBook.Ask with { Quantity = row.ExpectedBook.Ask.Quantity + 1 } },
        }),
        new("best bid / ask", "no ask", row => row with { ExpectedBook = row.ExpectedBook with { Ask = default } }),
    ];

    public sealed class Alteration
    {
        private readonly string _name;

        internal Alteration(string subject, string name, Func<FlowRow, FlowRow> apply)
        {
            Subject = subject;
            _name = name;
            Apply = apply;
        }

        internal string Subject { get; }

        internal Func<FlowRow, FlowRow> Apply { get; }

        public override string ToString() => _name;
    }
}
