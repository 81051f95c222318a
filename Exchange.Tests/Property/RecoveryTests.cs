using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>Random streams through the journal and back: what recovery brings up is what was there.</summary>
[TestFixture]
[Parallelizable]
public sealed class RecoveryTests
{
    [Test]
    public void An_empty_journal_recovers_to_the_state_before_the_first_command()
    {
        using var fresh = new BareExchange();
        using var recovered = new BareExchange();

        Assert.That(recovered.Recover(new FaultyDisk()), Is.EqualTo(JournalEnd.Empty));
        Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(fresh.Engine.ComputeStateHash()));
    }

    [TestCase(101UL)]
    [TestCase(102UL)]
    [TestCase(103UL)]
    public void A_recovered_exchange_equals_the_one_that_wrote_the_journal_however_often_it_recovers(ulong seed)
    {
        var stream = new StreamJournal(seed, commands: 9_000, withHashes: false);
        var disk = stream.ToDisk((int)seed);
        Assert.That(disk.Contents().Keys.Count(name => name.EndsWith(".seg", StringComparison.Ordinal)), Is.GreaterThan(1), "several segments");

        for (var time = 0; time < 3; time++)
        {
            using var recovered = new BareExchange();

            // Once as with a small book, once as with a large one, whose recovery looks ahead, once as with many accounts and symbols.
            recovered.Engine.LookAheadOrders = time == 0 ? int.MaxValue : 0;
            recovered.Engine.LookAheadAccounts = time == 1 ? int.MaxValue : 0;
            recovered.Engine.LookAheadSymbols = time == 1 ? int.MaxValue : 0;
            var end = recovered.Recover(disk);

            Assert.That((end.NextSequence, end.IsTorn), Is.EqualTo((stream.Records.Count + 1L, false)));
            Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(stream.FinalHash));
            Assert.That(recovered.ViewsText(), Is.EqualTo(stream.FinalViews));
            Assert.That(recovered.Engine.FindInconsistency(), Is.Null);
        }
    }

    [TestCase(111UL)]
    [TestCase(112UL)]
    public void An_exchange_goes_on_behind_its_recovery_as_if_it_had_never_stopped(ulong seed)
    {
        var stream = new StreamJournal(seed, commands: 3_000, withHashes: true);
        var random = new Random((int)seed);
        var disk = new FaultyDisk();
        for (var written = 0; written < stream.Records.Count;)
        {
            using var recovered = new BareExchange();
            var end = recovered.Recover(disk);
            Assert.That(end.NextSequence, Is.EqualTo(written + 1L));
            Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(stream.HashBehind(written)), $"recovered to {written}");

            var next = Math.Min(stream.Records.Count, written + random.Next(1, 800));
            using var appender = StreamJournal.Open(disk, end);
            stream.Write(appender, random, written, next);
            written = next;
        }

        using var last = new BareExchange();
        last.Recover(disk);
        Assert.That(last.Engine.ComputeStateHash(), Is.EqualTo(stream.FinalHash));
        Assert.That(last.ViewsText(), Is.EqualTo(stream.FinalViews));
    }

    /// <summary>12 streams of 27 crashes each; a stream may end between a record and the one that continues it.</summary>
    [Test]
    public void A_crash_at_any_point_leaves_a_prefix_that_holds_everything_acknowledged([Range(1, 12)] int streamSeed)
    {
        var stream = new StreamJournal(200 + (ulong)streamSeed, commands: 260, withHashes: true);
        var torn = 0;
        var cutShort = 0;
        for (var seed = 0; seed < 27; seed++)
        {
            var random = new Random(streamSeed * 1_000 + seed);
            var disk = new FaultyDisk { WriteAlignment = random.Next(3) == 0 ? 4096 : 512 };
            var acknowledged = 0L;
            var where = $"stream {streamSeed}, crash {seed}";
            for (var life = 0; life < 3; life++)
            {
                using var recovered = new BareExchange();
                var end = recovered.Recover(disk);
                var sequence = end.NextSequence - 1;
                torn += end.IsTorn ? 1 : 0;
                Assert.That(sequence, Is.GreaterThanOrEqualTo(acknowledged), $"{where}, life {life}: nothing acknowledged is lost");
                Assert.That(recovered.Engine.ComputeStateHash(), Is.EqualTo(stream.HashBehind(sequence)), $"{where}, life {life}: the prefix up to {sequence}");
                cutShort += sequence < stream.Records.Count ? 1 : 0;

                disk.LosePowerAfter(random.Next(4, 60));
                try
                {
                    using var appender = StreamJournal.Open(disk, JournalTail.Cut(disk, end, _ => { }));
                    stream.Write(appender, random, (int)sequence, stream.Records.Count, durable => acknowledged = durable);
                }
                catch (PowerLostException)
                {
                    // The life ends here; the disk is settled below.
                }

                disk.Crash(random.Next());
            }
        }

        Assert.That(torn, Is.GreaterThan(0), "torn groups were met");
        Assert.That(cutShort, Is.GreaterThan(20), "recoveries in the middle of the stream");
    }
}
