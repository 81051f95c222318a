using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

[TestFixture]
[Parallelizable]
public sealed class JournalBitFlipTests
{
    [Test]
    public void Every_single_bit_of_the_used_part_is_guarded()
    {
        var disk = JournalFixture.Written([100], [24, 300, 75], [24], [500, 900], [1200]);
        var used = (int)JournalFixture.ReadAll(disk).End.Offset;
        Assert.That(used, Is.InRange(JournalFormat.SegmentHeaderSize + 4000, JournalFormat.SegmentHeaderSize + 5200));

        Assert.That(UndetectedFlips(disk, used), Is.Empty);
    }

    /// <summary>The residue: a flip that leaves a whole sector of the last group zero is the same image as a sector that was never written.</summary>
    [Test]
    public void Only_a_flip_that_empties_a_sector_of_the_last_group_passes_for_torn()
    {
        var disk = new FaultyDisk();
        using (var appender = JournalFixture.Open(disk))
        {
            for (var group = 0; group < 2; group++)
            {
                // Header and record fill two sectors and one byte of a third; that byte has a single bit.
                var record = JournalFixture.Record(appender.NextSequence, 2 * 512 + 1 - JournalFormat.GroupHeaderSize);
                record[^1] = 0b0000_0100;
                appender.Append(record);
                appender.Commit();
            }
        }

        var used = (int)JournalFixture.ReadAll(disk).End.Offset;

        Assert.That(UndetectedFlips(disk, used), Is.EqualTo(new[] { (used - 512, 2) }));
    }

    /// <summary>Returns offset and bit of every flip that the reader does not refuse, after checking that it is then reported as a torn last group.</summary>
    private static List<(int Offset, int Bit)> UndetectedFlips(FaultyDisk disk, int used)
    {
        var undetected = new List<(int Offset, int Bit)>();
        var intact = JournalFixture.ReadAll(disk).Records;
        for (var offset = 0; offset < used; offset++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                disk.FlipBit(JournalFixture.FirstSegment, offset, bit);
                try
                {
                    var (records, end) = JournalFixture.ReadAll(disk);
                    undetected.Add((offset, bit));
                    Assert.That(end.IsTorn, Is.True);
                    Assert.That(records, Is.EqualTo(intact.SkipLast(1)));
                }
                catch (JournalDamagedException damage)
                {
                    Assert.That(damage.File, Is.EqualTo(JournalFixture.FirstSegment));
                }

                disk.FlipBit(JournalFixture.FirstSegment, offset, bit);
            }
        }

        return undetected;
    }
}
