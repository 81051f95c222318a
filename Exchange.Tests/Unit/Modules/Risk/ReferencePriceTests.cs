using System.Numerics;
using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Risk;

public sealed class ReferencePriceTests
{
    private const long Second = 1_000_000;
    private const long Start = 1_704_067_200 * Second;

    [Test]
    public void Before_the_first_trade_there_is_none() =>
        Assert.That(new[] { 0, 1, 60 }.Select(minutes => new ReferencePrice(minutes).At(Start)), Is.EqualTo(new long[] { 0, 0, 0 }));

    [Test]
    public void Without_a_window_it_is_the_last_price()
    {
        var reference = new ReferencePrice(0);
        reference.OnTrade(100, 1_000, Start);
        reference.OnTrade(200, 1, Start);
        Assert.That(new[] { reference.At(Start), reference.At(Start + 86_400 * Second) }, Is.EqualTo(new long[] { 200, 200 }));
    }

    [Test]
    public void Prices_weigh_by_volume_and_round_down()
    {
        var reference = new ReferencePrice(5);
        reference.OnTrade(100, 3, Start);
        reference.OnTrade(103, 1, Start + 20 * Second);
        Assert.That(reference.At(Start + 20 * Second), Is.EqualTo(100));
        reference.OnTrade(103, 1, Start + 20 * Second);
        Assert.That(reference.At(Start + 20 * Second), Is.EqualTo(101));
    }

    [Test]
    public void A_bucket_leaves_the_window_whole_when_its_minutes_are_over()
    {
        var reference = new ReferencePrice(1);
        reference.OnTrade(100, 1, Start);
        reference.OnTrade(200, 1, Start + 5 * Second - 1);
        reference.OnTrade(400, 2, Start + 5 * Second);
        long[] times = [Start + 5 * Second, Start + 60 * Second - 1, Start + 60 * Second, Start + 65 * Second - 1, Start + 65 * Second];
        Assert.That(times.Select(reference.At), Is.EqualTo(new long[] { 275, 275, 400, 400, 400 }));
    }

    [Test]
    public void An_empty_window_gives_the_last_price_not_the_last_average()
    {
        var reference = new ReferencePrice(1);
        reference.OnTrade(100, 9, Start);
        reference.OnTrade(200, 1, Start);
        long[] times = [Start, Start + 60 * Second - 1, Start + 60 * Second, Start + 3_600 * Second];
        Assert.That(times.Select(reference.At), Is.EqualTo(new long[] { 110, 110, 200, 200 }));
    }

    [Test]
    public void A_trade_after_a_long_pause_starts_a_new_average()
    {
        var reference = new ReferencePrice(1);
        reference.OnTrade(100, 9, Start);
        reference.OnTrade(300, 1, Start + 60 * Second);
        Assert.That(reference.At(Start + 60 * Second), Is.EqualTo(300));
    }

    [Test]
    public void Sums_beyond_64_bits_stay_exact()
    {
        const long Half = 1L << 31;
        var reference = new ReferencePrice(1);
        for (var i = 0; i < 100; i++)
        {
            reference.OnTrade(Half - 1, Half, Start);
        }

        reference.OnTrade(1, 100 * Half, Start);
        Assert.That(reference.At(Start), Is.EqualTo(Half / 2));
    }

    [Test]
    public void Time_may_begin_at_0()
    {
        var reference = new ReferencePrice(1);
        reference.OnTrade(100, 1, 0);
        reference.OnTrade(200, 1, 59 * Second);
        Assert.That(new[] { reference.At(59 * Second), reference.At(60 * Second) }, Is.EqualTo(new long[] { 150, 200 }));
    }

    [Test]
    public void It_equals_a_plain_list_of_trades_at_random_times([Values(0, 1, 3)] int minutes)
    {
        var random = new Random(minutes + 7);
        var reference = new ReferencePrice(minutes);
        var trades = new List<(long Price, long Quantity, long TimeUs)>();
        var now = Start;
        for (var i = 0; i < 3_000; i++)
        {
            now += random.Next(20) == 0 ? random.NextInt64(300 * Second) : random.NextInt64(4 * Second);
            if (random.Next(3) != 0)
            {
                var trade = (Price: 1 + random.NextInt64(1_000), Quantity: 1 + random.NextInt64(1_000), now);
                trades.Add(trade);
                reference.OnTrade(trade.Price, trade.Quantity, now);
            }

            var asked = now + random.NextInt64(90 * Second) * random.Next(2);
            if (reference.At(asked) != Plain(trades, minutes, asked))
            {
                Assert.Fail($"step {i}: expected {Plain(trades, minutes, asked)}, got {reference.At(asked)}");
            }
        }
    }

    [Test]
    public void Asking_changes_nothing()
    {
        var asked = new ReferencePrice(1);
        var unasked = new ReferencePrice(1);
        for (var i = 0; i < 50; i++)
        {
            var timeUs = Start + i * 7 * Second;
            asked.OnTrade(100 + i, 1, timeUs);
            unasked.OnTrade(100 + i, 1, timeUs);
            _ = asked.At(timeUs + i * 3 * Second);
            Assert.That(Hash(asked), Is.EqualTo(Hash(unasked)));
        }
    }

    [Test]
    public void Trades_at_other_prices_quantities_or_times_hash_differently()
    {
        (long Price, long Quantity, long TimeUs)[] trades = [(100, 1, Start), (101, 1, Start), (100, 2, Start), (100, 1, Start + 5 * Second)];
        Assert.That(
            trades.Select(trade =>
            {
                var reference = new ReferencePrice(1);
                reference.OnTrade(trade.Price, trade.Quantity, trade.TimeUs);
                return Hash(reference);
            }),
            Is.Unique);
    }

    [Test]
    public void Time_that_goes_back_breaks_an_invariant()
    {
        var reference = new ReferencePrice(1);
        reference.OnTrade(100, 1, Start);
        Assert.That(() => reference.OnTrade(100, 1, Start - 1), Throws.TypeOf<InvariantBrokenException>());
    }

    private static long Plain(List<(long Price, long Quantity, long TimeUs)> trades, int minutes, long timeUs)
    {
        var bucket = timeUs / (5 * Second);
        var window = trades.Where(trade => trade.TimeUs / (5 * Second) > bucket - minutes * 12).ToList();
        if (minutes == 0 || window.Count == 0)
        {
            return trades.Count == 0 ? 0 : trades[^1].Price;
        }

        var turnover = window.Aggregate(BigInteger.Zero, (sum, trade) => sum + (BigInteger)trade.Price * trade.Quantity);
        return (long)(turnover / window.Sum(trade => trade.Quantity));
    }

    private static ulong Hash(ReferencePrice reference)
    {
        var hash = new StateHash();
        reference.AddTo(ref hash);
        return hash.Value;
    }
}
