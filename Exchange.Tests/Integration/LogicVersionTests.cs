using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Pipeline;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// A build whose rules have changed, and a journal of before: with the gate of `Exchange.Matching/README.md` ("How to change behaviour") the journal
/// replays to what it was; without it the start is refused rather than history rewritten.
/// </summary>
public sealed class LogicVersionTests
{
    private const int NextVersion = GenesisCommand.CurrentLogicVersion + 1;

    [Test]
    public void A_rule_that_applies_from_the_next_logic_version_on_leaves_an_older_journal_as_it_was()
    {
        var stream = new StreamJournal(seed: 401, commands: 2_000, withHashes: false);

        using var engine = Recover(stream, appliesFrom: NextVersion);

        Assert.That(engine.LogicVersion, Is.EqualTo(GenesisCommand.CurrentLogicVersion));
        Assert.That(engine.ComputeStateHash(), Is.EqualTo(stream.FinalHash));
    }

    [Test]
    public void A_rule_that_applies_to_an_older_journal_refuses_the_start_and_changes_nothing()
    {
        var stream = new StreamJournal(seed: 401, commands: 2_000, withHashes: false);

        var mismatch = Assert.Throws<ReplayMismatchException>(() => Recover(stream, appliesFrom: GenesisCommand.CurrentLogicVersion).Dispose())!;

        Assert.That(mismatch.Message, Does.Contain("PlaceOrder gives another result now").And.Contain("Start the build that wrote this journal"));
    }

    private static MatchingEngine<ChangedRisk<RiskPort>, LedgerPort> Recover(StreamJournal stream, int appliesFrom)
    {
        var disk = stream.ToDisk(seed: 1);
        var before = disk.Contents();
        var parts = BareExchange.NewParts();
        MatchingEngine<ChangedRisk<RiskPort>, LedgerPort>? engine = null;
        var risk = new ChangedRisk<RiskPort>(parts.Risk, () => engine!.LogicVersion >= appliesFrom);
        engine = new MatchingEngine<ChangedRisk<RiskPort>, LedgerPort>(risk, parts.Ledger);
        try
        {
            Recovery.Run(disk, "journal", engine, [], probe: null, _ => { }, progress: null, isOneThread: true);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
        finally
        {
            Assert.That(disk.Contents(), Is.EqualTo(before));
        }

        return engine;
    }
}
