using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>Power fails at any change of the disk; sectors that were not synced survive in any combination.</summary>
[TestFixture]
[Parallelizable]
public sealed class JournalCrashTests
{
    private const int Seeds = 600;
    private const int CrashesPerSeed = 2;

    private int _torn;
    private int _unacknowledgedKept;
    private int _segmentsMax;

    [Test]
    public void Every_acknowledged_group_survives_and_appending_goes_on()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            Run(seed);
        }

        // The faults really happened: without them the test would prove nothing.
        Assert.That(_torn, Is.GreaterThan(Seeds / 10));
        Assert.That(_unacknowledgedKept, Is.GreaterThan(Seeds / 10));
        Assert.That(_segmentsMax, Is.GreaterThan(2));
    }

    private void Run(int seed)
    {
        var random = new Random(seed);
        var disk = new FaultyDisk { WriteAlignment = random.Next(4) == 0 ? 4096 : 512 };
        var submitted = new List<byte[]>();
        var acknowledged = 0;
        for (var life = 0; life <= CrashesPerSeed; life++)
        {
            var (records, end) = JournalFixture.ReadAll(disk);
            Assert.That(records, Has.Count.InRange(acknowledged, submitted.Count), $"seed {seed}, life {life}: acknowledged <= recovered <= submitted");
            Assert.That(JournalFixture.Same(records, submitted.Take(records.Count)), $"seed {seed}, life {life}: what was recovered is a prefix of what was submitted");
            _torn += end.IsTorn ? 1 : 0;
            _unacknowledgedKept += records.Count > acknowledged ? 1 : 0;
            _segmentsMax = Math.Max(_segmentsMax, (int)end.SegmentNumber);

            submitted = records;
            acknowledged = records.Count;
            disk.LosePowerAfter(random.Next(random.Next(2) == 0 ? 8 : 50));
            try
            {
                using var appender = JournalFixture.Open(disk, epoch: life + 1);
                for (var group = 0; group < 30; group++)
                {
                    SubmitGroup(appender, random, submitted);
                    acknowledged = (int)appender.Commit();
                    Assert.That(acknowledged, Is.EqualTo(submitted.Count));
                }
            }
            catch (PowerLostException)
            {
                // The life ends here; the disk is settled below.
            }

            disk.Crash(random.Next());
        }
    }

    private static void SubmitGroup(JournalAppender appender, Random random, List<byte[]> submitted)
    {
        var records = random.Next(1, 6);
        var large = random.Next(4) == 0;
        for (var i = 0; i < records; i++)
        {
            var record = JournalFixture.Record(appender.NextSequence, random.Next(24, large ? 200_000 : 1500), salt: random.Next(255));
            appender.Append(record);
            submitted.Add(record);
        }
    }
}
