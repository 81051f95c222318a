using Exchange.Matching.Types;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Risk;

/// <summary>A buy may cost 0.9 to 1.1 times the reference price, a sell 0.5 to 2 times.</summary>
public sealed class PercentPriceBySideTests
{
    private const long Second = 1_000_000;
    private const long Start = 1_704_067_200 * Second;

    private static readonly SymbolSpec Spec = SampleSymbols.Spec with
    {
        BidMultiplierDown = 90_000_000,
        BidMultiplierUp = 110_000_000,
        AskMultiplierDown = 50_000_000,
        AskMultiplierUp = 200_000_000,
    };

    [TestCase(Side.Buy, 899, false)]
    [TestCase(Side.Buy, 900, true)]
    [TestCase(Side.Buy, 1_100, true)]
    [TestCase(Side.Buy, 1_101, false)]
    [TestCase(Side.Sell, 499, false)]
    [TestCase(Side.Sell, 500, true)]
    [TestCase(Side.Sell, 2_000, true)]
    [TestCase(Side.Sell, 2_001, false)]
    [TestCase(Side.Sell, long.MaxValue, false)]
    public void Price_lies_between_the_multiples_of_the_reference_first_asked_and_asked_again(Side side, long price, bool isAllowed)
    {
        var (filter, reference) = NewFilter(Spec, 5);
        reference.OnTrade(1_000, 7, Start);
        filter.OnTrade(1_000);
        Assert.That(new[] { filter.Allows(side, price, Start), filter.Allows(side, price, Start) }, Is.EqualTo(new[] { isAllowed, isAllowed }));
    }

    [Test]
    public void Without_a_trade_every_price_is_allowed_and_from_the_first_one_on_it_is_not()
    {
        var (filter, reference) = NewFilter(Spec, 5);
        Assert.That(filter.Allows(Side.Buy, 1, Start) && filter.Allows(Side.Sell, long.MaxValue, Start));
        reference.OnTrade(1_000, 7, Start);
        filter.OnTrade(1_000);
        Assert.That(filter.Allows(Side.Buy, 1, Start) || filter.Allows(Side.Sell, long.MaxValue, Start), Is.False);
    }

    [Test]
    public void A_symbol_without_the_filter_allows_every_price_whatever_is_traded()
    {
        var (filter, reference) = NewFilter(SampleSymbols.Spec with { BidMultiplierDown = 0, BidMultiplierUp = 0, AskMultiplierDown = 0, AskMultiplierUp = 0 }, 5);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(filter.Allows(Side.Buy, long.MaxValue, Start) && filter.Allows(Side.Sell, 1, Start));
            reference.OnTrade(1_000 << i, 7, Start);
            filter.OnTrade(1_000 << i);
        }
    }

    [TestCase(1_000L)]
    [TestCase(3_000_000_000_000_000_000)]
    public void Greatest_numbers_do_not_overflow(long reference)
    {
        var (filter, prices) = NewFilter(Spec with { BidMultiplierUp = 1_000 * FixedPoint.One }, 0);
        prices.OnTrade(reference, 1, Start);
        filter.OnTrade(reference);
        for (var i = 0; i < 2; i++)
        {
            Assert.That(filter.Allows(Side.Buy, long.MaxValue, Start), Is.EqualTo(reference > 1_000));
            Assert.That(filter.Allows(Side.Buy, 1, Start), Is.False);
        }
    }

    [Test]
    public void What_is_remembered_lies_within_the_price_range_of_the_symbol([Values] bool hasFilter, [Values] Side side)
    {
        var spec = hasFilter ? Spec with { AskMultiplierDown = 1, AskMultiplierUp = 1_000 * FixedPoint.One, BidMultiplierDown = 1, BidMultiplierUp = 1_000 * FixedPoint.One }
            : Spec with { BidMultiplierDown = 0, BidMultiplierUp = 0, AskMultiplierDown = 0, AskMultiplierUp = 0 };
        var symbol = SampleSymbols.New(spec);
        var (filter, reference) = NewFilter(spec, 5);
        reference.OnTrade(symbol.MaxPrice / 2, 7, Start);
        filter.OnTrade(symbol.MaxPrice / 2);
        Assert.That(filter.Remembers(side, symbol.MaxPrice / 2, Start), Is.False, "nobody has asked");
        Assert.That(filter.Allows(side, symbol.MaxPrice / 2, Start));
        long[] prices = [long.MinValue, 0, symbol.MinPrice - 1, symbol.MinPrice, symbol.MaxPrice, symbol.MaxPrice + 1, long.MaxValue];
        Assert.That(prices.Select(price => filter.Remembers(side, price, Start)), Is.EqualTo(new[] { false, false, false, true, true, false, false }));
    }

    /// <summary>Many checks between trades, so that the remembered prices are used; trades inside, at and outside of the slack; buckets that end.</summary>
    [Test]
    public void Remembered_prices_never_change_an_answer([Values(0, 1, 5)] int minutes, [Values(1UL, 2UL, 3UL)] ulong seed)
    {
        var random = new SplitMix64(seed);
        var (filter, reference) = NewFilter(Spec, minutes);
        var time = Start;
        var (allowed, refused) = (0, 0);
        long price = 1_000_000;
        for (var i = 0; i < 50_000; i++)
        {
            time += random.Chance(90) ? random.Between(0, Second / 2) : random.Between(0, 90 * Second);
            if (random.Chance(30))
            {
                price = Math.Max(100, random.Chance(95) ? price + random.Between(-price / 300, price / 300) : price + random.Between(-price / 4, price / 4));
                reference.OnTrade(price, random.Between(1, 1_000), time);
                filter.OnTrade(price);
            }

            var side = random.Chance(50) ? Side.Buy : Side.Sell;
            var expected = Expected(side, reference.At(time), out var lowest, out var highest);
            var asked = random.Below(4) switch
            {
                0 => lowest + random.Between(-2, 2),
                1 => highest + random.Between(-2, 2),
                _ => random.Between(lowest - lowest / 50, highest + highest / 50),
            };
            var isAllowed = filter.Allows(side, asked, time);
            Assert.That(isAllowed, Is.EqualTo(expected(asked)), $"step {i}: {side} at {asked}, reference {reference.At(time)}");
            _ = isAllowed ? allowed++ : refused++;
        }

        Assert.That(Math.Min(allowed, refused), Is.GreaterThan(5_000), "both answers are met");
    }

    private static Func<long, bool> Expected(Side side, long reference, out long lowest, out long highest)
    {
        var (down, up) = side == Side.Buy ? (0.9m, 1.1m) : (0.5m, 2m);
        (lowest, highest) = reference == 0 ? (1, 1_000) : ((long)Math.Ceiling(reference * down), (long)Math.Floor(reference * up));
        return price => reference == 0 || (price >= reference * down && price <= reference * up);
    }

    private static (Filter Filter, ReferencePrice Reference) NewFilter(SymbolSpec spec, int minutes)
    {
        var reference = new ReferencePrice(minutes);
        return (new Filter(spec, reference), reference);
    }

    private sealed class Filter(SymbolSpec spec, ReferencePrice reference)
    {
        private readonly Symbol _symbol = SampleSymbols.New(spec);
        private AllowedPrices _prices;

        public bool Allows(Side side, long price, long timeUs) =>
            _prices.Has(side, price, timeUs) || PercentPriceBySide.Allows(side, price, timeUs, _symbol, reference, ref _prices);

        public bool Remembers(Side side, long price, long timeUs) => _prices.Has(side, price, timeUs);

        public void OnTrade(long price) => _prices.OnTrade(price);
    }
}
