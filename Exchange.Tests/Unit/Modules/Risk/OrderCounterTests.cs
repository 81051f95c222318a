using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Risk;

public sealed class OrderCounterTests
{
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;

    /// <summary>Midnight, 2024-01-01 UTC.</summary>
    private const long Midnight = 1_704_067_200 * Second;

    [Test]
    public void Orders_count_in_both_windows()
    {
        var counter = NewCounter();
        counter.OnOrderAccepted(1, Midnight);
        counter.OnOrderAccepted(1, Midnight + 9 * Second);
        counter.OnOrderAccepted(2, Midnight);
        Assert.Multiple(() =>
        {
            Assert.That(counter.CountsOf(1, Midnight + 9 * Second), Is.EqualTo(new OrderCounts(2, 2, 3, 5)));
            Assert.That(counter.CountsOf(2, Midnight + 9 * Second), Is.EqualTo(new OrderCounts(1, 1, 0, 0)));
        });
    }

    [TestCase(10 * Second - 1, 2, 2)]
    [TestCase(10 * Second, 0, 2)]
    [TestCase(Day - 1, 0, 2)]
    [TestCase(Day, 0, 0)]
    [TestCase(-1, 2, 2, Description = "a reader that looks a moment late sees the newest window")]
    public void Windows_are_aligned_to_ten_seconds_and_to_the_day(long later, int per10Seconds, int perDay)
    {
        var counter = NewCounter();
        counter.OnOrderAccepted(1, Midnight);
        counter.OnOrderAccepted(1, Midnight);
        Assert.That(counter.CountsOf(1, Midnight + later), Is.EqualTo(new OrderCounts(per10Seconds, perDay, 3, 5)));
    }

    [Test]
    public void A_window_that_begins_counts_from_1()
    {
        var counter = NewCounter();
        counter.OnOrderAccepted(1, Midnight + Day - 1);
        counter.OnOrderAccepted(1, Midnight + Day - 1);
        counter.OnOrderAccepted(1, Midnight + Day);
        Assert.That(counter.CountsOf(1, Midnight + Day), Is.EqualTo(new OrderCounts(1, 1, 3, 5)));
    }

    [Test]
    public void The_limit_of_ten_seconds_is_reached_by_exactly_as_many_orders()
    {
        var counter = NewCounter();
        var results = Enumerable.Range(0, 4).Select(i =>
        {
            var result = counter.Check(1, Midnight + i);
            counter.OnOrderAccepted(1, Midnight + i);
            return result;
        }).ToList();
        RejectReason[] expected = [RejectReason.None, RejectReason.None, RejectReason.None, RejectReason.TooManyOrdersPer10Seconds];
        Assert.Multiple(() =>
        {
            Assert.That(results, Is.EqualTo(expected));
            Assert.That(counter.Check(1, Midnight + 10 * Second - 1), Is.EqualTo(RejectReason.TooManyOrdersPer10Seconds));
            Assert.That(counter.Check(1, Midnight + 10 * Second), Is.EqualTo(RejectReason.None));
        });
    }

    [Test]
    public void The_limit_of_the_day_holds_until_midnight()
    {
        var counter = NewCounter();
        for (var i = 0; i < 4; i++)
        {
            counter.OnOrderAccepted(1, Midnight + i * 10 * Second);
        }

        Assert.That(counter.Check(1, Midnight + 40 * Second), Is.EqualTo(RejectReason.None));
        counter.OnOrderAccepted(1, Midnight + 40 * Second);
        Assert.Multiple(() =>
        {
            Assert.That(counter.Check(1, Midnight + 50 * Second), Is.EqualTo(RejectReason.TooManyOrdersPerDay));
            Assert.That(counter.Check(1, Midnight + Day - 1), Is.EqualTo(RejectReason.TooManyOrdersPerDay));
            Assert.That(counter.Check(1, Midnight + Day), Is.EqualTo(RejectReason.None));
        });
    }

    [Test]
    public void A_limit_of_0_is_none()
    {
        var counter = NewCounter();
        for (var i = 0; i < 1_000; i++)
        {
            counter.OnOrderAccepted(2, Midnight);
        }

        Assert.That(counter.Check(2, Midnight), Is.EqualTo(RejectReason.None));
    }

    [TestCase(7, false, 6)]
    [TestCase(1, false, 0)]
    [TestCase(0, false, 0)]
    [TestCase(7, true, 2)]
    [TestCase(5, true, 0)]
    [TestCase(4, true, 0)]
    public void A_first_fill_gives_back_but_never_below_0(int orders, bool isMaker, int expected)
    {
        var counter = NewCounter();
        for (var i = 0; i < orders; i++)
        {
            counter.OnOrderAccepted(2, Midnight);
        }

        counter.OnFirstFill(2, isMaker, Midnight);
        Assert.That(counter.CountsOf(2, Midnight), Is.EqualTo(new OrderCounts(expected, expected, 0, 0)));
    }

    [Test]
    public void A_first_fill_in_a_later_window_gives_back_there()
    {
        var counter = NewCounter();
        counter.OnOrderAccepted(2, Midnight);
        counter.OnOrderAccepted(2, Midnight);
        counter.OnFirstFill(2, isMaker: false, Midnight + 10 * Second);
        Assert.That(counter.CountsOf(2, Midnight + 10 * Second), Is.EqualTo(new OrderCounts(0, 1, 0, 0)));
        counter.OnOrderAccepted(2, Midnight + 10 * Second);
        Assert.That(counter.CountsOf(2, Midnight + 10 * Second), Is.EqualTo(new OrderCounts(1, 2, 0, 0)));
    }

    /// <summary>Many orders, fills and times: whoever has room is allowed by the check, too, and the short way counts what the long one does.</summary>
    [Test]
    public void The_short_way_counts_as_the_long_one([Values(1UL, 2UL, 3UL)] ulong seed)
    {
        var random = new SplitMix64(seed);
        var (counter, model) = (NewCounter(), NewCounter());
        var (time, shortWays, longWays) = (Midnight, 0, 0);
        for (var i = 0; i < 50_000; i++)
        {
            time += random.Chance(90) ? random.Between(0, Second / 4) : random.Chance(95) ? random.Between(0, 30 * Second) : random.Between(0, Day);
            var account = 1 + random.Below(2);
            if (random.Chance(40))
            {
                counter.OnFirstFill(account, isMaker: i % 2 == 0, time);
                model.OnFirstFill(account, isMaker: i % 2 == 0, time);
            }

            var check = model.Check(account, time);
            if (counter.HasRoom(account, time))
            {
                Assert.That(check, Is.EqualTo(RejectReason.None), $"step {i}");
                counter.CountOneMore(account);
                model.OnOrderAccepted(account, time);
                shortWays++;
            }
            else if (check == RejectReason.None)
            {
                counter.OnOrderAccepted(account, time);
                model.OnOrderAccepted(account, time);
                longWays++;
            }

            Assert.That(HashOf(counter), Is.EqualTo(HashOf(model)), $"step {i}");
        }

        Assert.That(Math.Min(shortWays, longWays), Is.GreaterThan(1_000), "both ways are taken");
    }

    [Test]
    public void An_account_without_limits_that_has_counted_to_the_top_has_no_room_and_stays_there()
    {
        var counter = LoadedCounter(int.MaxValue - 2);
        counter.OnOrderAccepted(1, Midnight);
        Assert.That(counter.HasRoom(1, Midnight), "one more");
        counter.CountOneMore(1);
        Assert.That((counter.HasRoom(1, Midnight), counter.Check(1, Midnight)), Is.EqualTo((false, RejectReason.None)));
        counter.OnOrderAccepted(1, Midnight);
        Assert.That(counter.CountsOf(1, Midnight), Is.EqualTo(new OrderCounts(int.MaxValue, int.MaxValue, 0, 0)));
    }

    [Test]
    public void Many_accounts_count_apart()
    {
        var counter = new OrderCounter();
        for (var account = 1; account <= 3_000; account++)
        {
            counter.OpenAccount(account, account, 0);
            counter.OnOrderAccepted(account, Midnight);
        }

        int[] samples = [1, 1_023, 1_024, 2_047, 2_048, 3_000];
        Assert.Multiple(() =>
        {
            Assert.That(
                samples.Select(account => counter.CountsOf(account, Midnight)),
                Is.EqualTo(samples.Select(account => new OrderCounts(1, 1, account, 0))));
            Assert.That(counter.Exists(3_000) && !counter.Exists(3_001) && !counter.Exists(0), Is.True);
            Assert.That(() => counter.OnOrderAccepted(3_001, Midnight), Throws.TypeOf<InvariantBrokenException>());
            Assert.That(() => counter.OpenAccount(3_002, 0, 0), Throws.TypeOf<InvariantBrokenException>());
        });
    }

    private static ulong HashOf(OrderCounter counter)
    {
        var hash = new StateHash();
        counter.AddTo(ref hash);
        return hash.Value;
    }

    /// <summary>Account 1 without limits, with as many orders in both windows.</summary>
    private static OrderCounter LoadedCounter(int orders)
    {
        // As a snapshot has it: accounts; ten seconds, day, counts, limits.
        using var bytes = new MemoryStream();
        var writer = new SnapshotWriter(bytes.Write);
        writer.Write(1);
        writer.Write(Midnight / (10 * Second));
        writer.Write(Midnight / Day);
        writer.Write(orders);
        writer.Write(orders);
        writer.Write(0);
        writer.Write(0);
        writer.Flush();
        bytes.Position = 0;
        var counter = new OrderCounter();
        counter.Load(new SnapshotReader(bytes.ReadExactly));
        return counter;
    }

    /// <summary>Account 1: at most 3 in ten seconds and 5 a day; account 2 without limits.</summary>
    private static OrderCounter NewCounter()
    {
        var counter = new OrderCounter();
        counter.OpenAccount(1, 3, 5);
        counter.OpenAccount(2, 0, 0);
        return counter;
    }
}
