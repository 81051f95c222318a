using Exchange.Tests.Support.Reference;
using Exchange.Tests.Support.Scenarios;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Support;

/// <summary>A scenario that says something untrue, or nothing understandable, must fail, and say where.</summary>
public sealed class ScenarioRunnerTests
{
    private const string Market = "symbol GOLD-USD GOLD/USD tick 1 lot 0.1\naccount alice 10 GOLD, 1000 USD\naccount bob 10 GOLD, 1000 USD\n";

    [TestCase("alice buys 1 GOLD-USD at 100\n  rejected LotSize", "accepted #1, holds 100 USD, rests")]
    [TestCase("alice buys 1 GOLD-USD at 100\n  accepted #1, holds 100 USD", "accepted #1, holds 100 USD, rests")]
    [TestCase("alice buys 1 GOLD-USD at 100\n  accepted #1, holds 100 USD, rests\n  update 2", "update 1")]
    [TestCase("alice buys 1 GOLD-USD at 100\n  accepted #1, holds 100 USD, rests\n  filled", "accepted #1")]
    [TestCase("alice buys 0 GOLD-USD at 100", "rejected InvalidQuantity")]
    [TestCase("alice withdraws 11 GOLD", "rejected InsufficientBalance")]
    [TestCase("alice deposits 11 GOLD\n  rejected InvalidAmount", "(nothing)")]
    [TestCase("book\n  bids | price | asks\n  #1 1 | 100 |", "empty")]
    [TestCase("alice buys 1 GOLD-USD at 100\nbook\n  empty", "#1 1 |   100 |")]
    [TestCase("alice buys 1 GOLD-USD at 100\nbook\n  bids | price | asks\n | 100 | #1 1", "#1 1 |   100 |")]
    [TestCase("balances\n  alice | 10 GOLD", "alice | 10 GOLD, 1000 USD")]
    [TestCase("balances\n  fees | 1 GOLD", "fees | nothing")]
    public void Difference_is_reported_with_file_line_and_what_happened(string steps, string actual)
    {
        var error = Assert.Throws<ScenarioException>(() => Run(Market + steps));

        Assert.That(error.Message, Does.StartWith("test.scenario:").And.Contain(actual));
    }

    [TestCase("mallory buys 1 GOLD-USD at 100", "no account 'mallory'")]
    [TestCase("alice buys 1 TIN-USD at 100", "no symbol 'TIN-USD'")]
    [TestCase("alice steals 1 GOLD-USD", "'steals' is nothing that an account does")]
    [TestCase("alice buys 1 GOLD-USD at 100 tomorrow", "'tomorrow' is not understood here")]
    [TestCase("alice buys 1 GOLD-USD", "expected 'at'")]
    [TestCase("alice buys 0.05 GOLD-USD at 100", "not a whole number of lots")]
    [TestCase("alice buys 1 GOLD-USD at 99.5", "not a whole number of ticks")]
    [TestCase("balances", "name the accounts")]
    [TestCase("exchange work 1", "come first")]
    [TestCase("wait 5 moons", "no unit of time")]
    public void Line_that_cannot_be_understood_is_reported(string step, string complaint)
    {
        var error = Assert.Throws<ScenarioException>(() => Run(Market + step));

        Assert.That(error.Message, Does.StartWith("test.scenario:4: " + step).And.Contain(complaint));
    }

    [TestCase("")]
    [TestCase("# only a comment")]
    [TestCase("  indented")]
    public void Scenario_without_a_step_is_refused(string text) =>
        Assert.That(() => Run(text), Throws.TypeOf<ScenarioException>());

    [Test]
    public void Spaces_and_trailing_zeros_do_not_matter() =>
        Assert.That(
            () => Run(Market + "alice   buys 1.0 GOLD-USD at 100.00 as a1\n   accepted  #1, holds 100.00 USD, rests\nbook\n  bids|price|asks\n a1 1.000|100|"),
            Throws.Nothing);

    private static void Run(string text) =>
        ScenarioRunner.Run(Scenario.Parse("test.scenario", text), genesis => new ReferenceExchange(genesis));
}
