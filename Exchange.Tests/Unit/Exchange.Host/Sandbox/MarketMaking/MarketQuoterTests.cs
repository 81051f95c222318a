using Exchange.Host.Sandbox.MarketMaking;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Sandbox.MarketMaking;

public sealed class MarketQuoterTests
{
    private static readonly MarketProfile Profile = MarketProfile.Seeded[0];

    private static readonly Symbol Btc =
        new(0, PublishedSymbols.Spec("BTCUSDT", "BTC", "USDT"), new Asset(0, "BTC", 8), new Asset(1, "USDT", 8));

    private readonly List<QuoteAction> _actions = [];

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(-7)]
    public void Both_sides_are_full_after_every_step_and_quotes_never_meet_each_other(long seed)
    {
        var quoter = new MarketQuoter(Profile, Btc, seed);
        var book = new QuotedBook();
        var random = new SplitMix64((ulong)seed);
        for (var step = 0; step < 5_000; step++)
        {
            Step(quoter, book, step);

            Assert.That(book.Prices(Side.Buy), Is.Unique.And.Exactly(MarketProfile.Levels).Items, $"step {step}");
            Assert.That(book.Prices(Side.Sell), Is.Unique.And.Exactly(MarketProfile.Levels).Items, $"step {step}");
            Assert.That(book.BestBid, Is.LessThanOrEqualTo(quoter.Reference).And.LessThan(book.BestAsk), $"step {step}");
            if (random.Below(3) == 0)
            {
                FillOne(book, ref random);
            }
        }
    }

    [Test]
    public void The_same_seed_does_the_same_and_another_one_does_not()
    {
        var (first, again, other) = (Run(seed: 5), Run(seed: 5), Run(seed: 6));

        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));

        List<QuoteAction> Run(long seed)
        {
            var quoter = new MarketQuoter(Profile, Btc, seed);
            var book = new QuotedBook();
            List<QuoteAction> all = [];
            for (var step = 0; step < 200; step++)
            {
                all.AddRange(Step(quoter, book, step));
            }

            return all;
        }
    }

    [Test]
    public void The_reference_moves_but_stays_between_half_and_twice_its_start()
    {
        var start = Profile.StartPrice / Btc.Spec.TickSize;
        var quoter = new MarketQuoter(Profile, Btc, seed: 1);
        var book = new QuotedBook();
        HashSet<long> seen = [];
        for (var step = 0; step < 20_000; step++)
        {
            Step(quoter, book, step);
            seen.Add(quoter.Reference);
            Assert.That(quoter.Reference, Is.InRange(start / 2, 2 * start));
        }

        Assert.That(seen, Has.Count.GreaterThan(5_000));
    }

    [Test]
    public void A_step_costs_few_commands_once_the_quotes_are_laid_out()
    {
        var quoter = new MarketQuoter(Profile, Btc, seed: 1);
        var book = new QuotedBook();
        Assert.That(Step(quoter, book, 0).Count(action => action.Kind == QuoteActionKind.Place), Is.EqualTo(2 * MarketProfile.Levels));

        var commands = 0;
        var takes = 0;
        for (var step = 1; step <= 4_000; step++)
        {
            var actions = Step(quoter, book, step);
            commands += actions.Length;
            takes += actions.Count(action => action.Kind == QuoteActionKind.Take);
        }

        Assert.That(commands, Is.LessThan(2 * 4_000), "on average fewer than two in a step");
        Assert.That(takes, Is.InRange(800, 1_200), "one step in four takes");
    }

    [Test]
    public void A_taker_asks_for_no_more_than_one_quote_beyond_the_best()
    {
        var quoter = new MarketQuoter(Profile, Btc, seed: 3);
        var book = new QuotedBook();
        for (var step = 0; step < 1_000; step++)
        {
            foreach (var take in Step(quoter, book, step).Where(action => action.Kind == QuoteActionKind.Take))
            {
                var better = take.Side == Side.Buy
                    ? book.Prices(Side.Sell).Count(price => price <= take.Price)
                    : book.Prices(Side.Buy).Count(price => price >= take.Price);
                Assert.That(better, Is.EqualTo(2), $"step {step}");
                Assert.That(Btc.Notional(take.Price, take.Quantity), Is.GreaterThanOrEqualTo(Btc.Numbers.LeastNotional));
            }
        }
    }

    [Test]
    public void Quotes_of_the_last_run_are_taken_up_where_they_stand()
    {
        var before = new MarketQuoter(Profile, Btc, seed: 1);
        var book = new QuotedBook();
        for (var step = 0; step < 3_000; step++)
        {
            Step(before, book, step);
        }

        var quotes = book.Quotes.Select(order => order.OrderId).ToArray();
        var after = new MarketQuoter(Profile, Btc, seed: 1);
        after.Resume(book.Quotes, lastPrice: 0);

        Assert.That(after.Reference, Is.InRange(book.BestBid, book.BestAsk));
        Assert.That(Step(after, book, 0).Count(action => action.Kind != QuoteActionKind.Take), Is.LessThanOrEqualTo(4));
        Assert.That(book.Quotes.Select(order => order.OrderId), Is.EquivalentTo(quotes));
    }

    [TestCase(7_000_000, 7_000_000, TestName = "Without_quotes_the_reference_resumes_at_the_last_trade")]
    [TestCase(0, 6_000_000, TestName = "Without_quotes_and_trades_the_reference_begins_at_its_start")]
    [TestCase(1, 3_000_000, TestName = "A_trade_far_away_leads_the_reference_to_its_bound_only")]
    public void Resuming(long lastPrice, long reference)
    {
        var quoter = new MarketQuoter(Profile, Btc, seed: 1);
        quoter.Resume([], lastPrice);
        Assert.That(quoter.Reference, Is.EqualTo(reference));
    }

    [Test]
    public void What_fills_have_left_of_a_quote_is_replaced_when_it_would_move()
    {
        var quoter = new MarketQuoter(Profile, Btc, seed: 1);
        var book = new QuotedBook();
        Step(quoter, book, 0);
        for (var index = 0; index < book.Quotes.Count; index++)
        {
            book.Fill(index, book.Quotes[index].Quantity - 1);
        }

        List<QuoteAction> actions = [];
        for (var step = 1; step < 50; step++)
        {
            actions.AddRange(Step(quoter, book, step));
        }

        var cancels = actions.Count(action => action.Kind == QuoteActionKind.Cancel);
        Assert.That(cancels, Is.Positive);
        Assert.That(actions.Count(action => action.Kind == QuoteActionKind.Place), Is.EqualTo(cancels));
    }

    private static void FillOne(QuotedBook book, ref SplitMix64 random)
    {
        var index = random.Below(book.Quotes.Count);
        var leaves = book.Quotes[index].Quantity - book.Quotes[index].ExecutedQuantity;
        book.Fill(index, random.Below(2) == 0 ? leaves : Math.Min(leaves, 1 + random.Below(5_000)));
    }

    private QuoteAction[] Step(MarketQuoter quoter, QuotedBook book, long step)
    {
        _actions.Clear();
        quoter.Step(step, book.Quotes, _actions);
        book.Apply(_actions);
        return [.. _actions];
    }
}
