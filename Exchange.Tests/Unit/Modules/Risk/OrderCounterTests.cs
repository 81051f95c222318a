using Exchange.Matching.Types;
using Exchange.Risk;
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

    [Test]
    public void Accounts_of_different_chunks_count_apart()
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

    /// <summary>Account 1: at most 3 in ten seconds and 5 a day; account 2 without limits.</summary>
    private static OrderCounter NewCounter()
    {
        var counter = new OrderCounter();
        counter.OpenAccount(1, 3, 5);
        counter.OpenAccount(2, 0, 0);
        return counter;
    }
}
