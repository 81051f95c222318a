using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Pipeline;

[TestFixture]
public sealed class JournalClockTests
{
    private const long Start = 1_800_000_000_000_000;
    private const long Second = 1_000_000;
    private const long Hour = 3_600 * Second;

    [Test]
    public void A_new_journal_starts_at_the_wall_clock_and_follows_it()
    {
        var machine = new ManualClock { WallUs = Start };
        var clock = new JournalClock(machine, lastTimeUs: 0);

        Assert.That(clock.NowUs, Is.EqualTo(Start));
        machine.Pass(250);
        Assert.That(clock.NowUs, Is.EqualTo(Start + 250), "a look shows what the next stamp would be");
        Assert.That(clock.Advance(), Is.EqualTo(Start + 250));
        Assert.That(clock.NowUs, Is.EqualTo(Start + 250));
    }

    [Test]
    public void Looking_at_the_time_changes_no_stamp()
    {
        var machine = new ManualClock { WallUs = Start };
        var looked = new JournalClock(machine, 0);
        var unlooked = new JournalClock(machine, 0);
        machine.WallUs -= Hour;
        for (var i = 0; i < 1_000; i++)
        {
            machine.Pass(777);
            _ = looked.NowUs;
        }

        Assert.That(looked.Advance(), Is.EqualTo(unlooked.Advance()));
    }

    [TestCase(Hour)]
    [TestCase(-Hour)]
    public void A_jump_of_the_wall_clock_is_slewed_by_at_most_500_ppm(long jumpUs)
    {
        var machine = new ManualClock { WallUs = Start };
        var clock = new JournalClock(machine, 0);
        machine.WallUs += jumpUs;
        machine.Pass(10 * Second);

        Assert.That(clock.Advance(), Is.EqualTo(Start + 10 * Second + Math.Sign(jumpUs) * 5_000));
    }

    [Test]
    public void Slewing_ends_exactly_at_the_wall_clock()
    {
        var machine = new ManualClock { WallUs = Start };
        var clock = new JournalClock(machine, 0);
        machine.WallUs += 1_200;
        for (var second = 0; second < 3; second++)
        {
            machine.Pass(Second);
            clock.Advance();
        }

        Assert.That(clock.NowUs, Is.EqualTo(machine.WallUs));
    }

    [Test]
    public void Steps_too_short_for_a_microsecond_of_correction_add_up()
    {
        var machine = new ManualClock { WallUs = Start };
        var clock = new JournalClock(machine, 0);
        machine.WallUs += Hour;
        for (var step = 0; step < 100_000; step++)
        {
            machine.Pass(10);
            clock.Advance();
        }

        Assert.That(clock.NowUs, Is.EqualTo(Start + Second + 500));
    }

    [Test]
    public void Journal_time_never_falls_whatever_the_machine_says()
    {
        var random = new Random(11);
        var machine = new ManualClock { WallUs = Start };
        var clock = new JournalClock(machine, 0);
        var last = clock.NowUs;
        for (var step = 0; step < 100_000; step++)
        {
            machine.WallUs += random.NextInt64(-Hour, Hour);
            machine.MonotonicUs += random.Next(-2, 2000);
            var now = clock.Advance();
            Assert.That(now, Is.GreaterThanOrEqualTo(last));
            last = now;
        }
    }

    [Test]
    public void After_recovery_time_goes_on_from_the_journal_when_the_wall_clock_lies_behind()
    {
        var machine = new ManualClock { WallUs = Start };
        var clock = new JournalClock(machine, lastTimeUs: Start + Hour);

        Assert.That(clock.NowUs, Is.EqualTo(Start + Hour));
        machine.Pass(Second);
        Assert.That(clock.Advance(), Is.EqualTo(Start + Hour + Second - 500));
    }

    [Test]
    public void The_system_clock_counts_microseconds_and_does_not_go_back()
    {
        var before = SystemClock.Instance.MonotonicUs;

        Assert.That(SystemClock.Instance.MonotonicUs, Is.GreaterThanOrEqualTo(before));
        Assert.That(SystemClock.Instance.WallUs, Is.EqualTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000).Within(60 * Second));
    }

    private sealed class ManualClock : IClock
    {
        public long MonotonicUs { get; set; } = 77;

        public long WallUs { get; set; }

        public void Pass(long us)
        {
            MonotonicUs += us;
            WallUs += us;
        }
    }
}
