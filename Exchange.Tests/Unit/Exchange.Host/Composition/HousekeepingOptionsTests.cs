using Exchange.Host.Composition;
using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Composition;

public sealed class HousekeepingOptionsTests
{
    [Test]
    public void The_defaults_are_valid() => Assert.That(Validate(new HousekeepingOptions()), Is.Null);

    [Test]
    public void A_wrong_number_is_refused_with_what_to_write([Values(99, 3_600_001)] int milliseconds) => Assert.That(
        Validate(new HousekeepingOptions { SnapshotReplayMsMax = milliseconds }),
        Is.EqualTo($"Exchange:Housekeeping: ReplayMsMax {milliseconds}: use 100 to 3600000"));

    [Test]
    public void Too_little_journal_between_snapshots_is_refused() => Assert.That(
        Validate(new HousekeepingOptions { SnapshotJournalBytesMax = 1_000 }), Does.StartWith("Exchange:Housekeeping: JournalBytesMax 1000: use at least"));

    [Test]
    public void Too_slow_a_snapshot_is_refused() => Assert.That(
        Validate(new HousekeepingOptions { SnapshotWriteBytesPerSecond = 1 }), Does.Contain("WriteBytesPerSecond 1: use at least 1048576, or 0"));

    [Test]
    public void Too_little_for_a_follower_is_refused() => Assert.That(
        Validate(new HousekeepingOptions { FollowerBytesMax = 1 }), Does.StartWith("Exchange:Housekeeping: FollowerBytesMax 1"));

    [Test]
    public void A_number_that_is_no_way_of_deleting_is_refused() => Assert.That(
        Validate(new HousekeepingOptions { DeleteSegments = (SegmentDeletion)9 }),
        Does.StartWith("Exchange:Housekeeping:DeleteSegments '9' is unknown: write Automatic, Always, Never"));

    [TestCase(SegmentDeletion.Automatic, ExchangeMode.Sandbox, false, true)]
    [TestCase(SegmentDeletion.Automatic, ExchangeMode.Venue, false, false)]
    [TestCase(SegmentDeletion.Automatic, ExchangeMode.Venue, true, true)]
    [TestCase(SegmentDeletion.Always, ExchangeMode.Venue, false, true)]
    [TestCase(SegmentDeletion.Never, ExchangeMode.Sandbox, true, false)]
    public void What_may_be_deleted_follows_from_mode_and_archive(SegmentDeletion deletion, ExchangeMode mode, bool isArchived, bool deletes) => Assert.That(
        new HousekeepingOptions { DeleteSegments = deletion }.AddTo(new PipelineOptions(), mode, isArchived).Retention.DeletesSegments, Is.EqualTo(deletes));

    [TestCase(ExchangeMode.Sandbox, 128L << 20)]
    [TestCase(ExchangeMode.Venue, 1L << 30)]
    public void Journal_between_snapshots_follows_from_the_mode_unless_it_is_set(ExchangeMode mode, long bytes)
    {
        Assert.That(new HousekeepingOptions().AddTo(new PipelineOptions(), mode, isArchived: false).Snapshot.JournalBytesMax, Is.EqualTo(bytes));
        Assert.That(new HousekeepingOptions { SnapshotJournalBytesMax = 5 << 20 }.AddTo(new PipelineOptions(), mode, isArchived: false).Snapshot.JournalBytesMax, Is.EqualTo(5 << 20));
    }

    private static string? Validate(HousekeepingOptions options) => new HousekeepingOptionsValidator().Validate(null, options).FailureMessage;
}
