using Exchange.Host.Composition;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Composition;

public sealed class EngineOptionsTests
{
    [Test]
    public void The_defaults_are_valid() => Assert.That(Validate(new EngineOptions()), Is.Null);

    [Test]
    public void A_number_that_is_no_way_of_waiting_is_refused() => Assert.That(
        Validate(new EngineOptions { WaitStrategy = (WaitStrategyKind)99 }),
        Does.StartWith("Exchange:Engine:WaitStrategy '99' is unknown: write Automatic, ").And.Contain("SpinThenBlock"));

    [Test]
    public void A_number_that_is_no_way_of_syncing_is_refused() => Assert.That(
        Validate(new EngineOptions { JournalSync = (JournalSyncMethod)99 }),
        Does.StartWith("Exchange:Engine:JournalSync '99' is unknown: write ").And.Contain("Fdatasync").And.Contain("DirectDsync"));

    private static string? Validate(EngineOptions options) => new EngineOptionsValidator().Validate(null, options).FailureMessage;
}
