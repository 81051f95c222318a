using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Reference;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Support;

public sealed class CommandGeneratorTests
{
    private static readonly RejectReason[] Expected =
    [
        RejectReason.UnknownSymbol, RejectReason.UnknownAccount, RejectReason.UnknownAsset, RejectReason.MarketClosed, RejectReason.AccountCancelOnly, RejectReason.AccountClosed,
        RejectReason.InvalidSide, RejectReason.InvalidOrderType, RejectReason.InvalidTimeInForce, RejectReason.InvalidQuantity, RejectReason.InvalidPrice,
        RejectReason.PriceFilter, RejectReason.LotSize, RejectReason.Notional, RejectReason.MaxNumOrders, RejectReason.TooManyOrdersPer10Seconds,
        RejectReason.TooManyOrdersPerDay, RejectReason.TooManyRestingOrders, RejectReason.DuplicateClientOrderId, RejectReason.UnknownOrder,
        RejectReason.WouldImmediatelyMatch, RejectReason.InsufficientLiquidityForLot, RejectReason.ClientOrderIdMismatch, RejectReason.CancelRestricted,
        RejectReason.PercentPriceBySide, RejectReason.MarketLotSize, RejectReason.MinNotional,
        RejectReason.InsufficientLiquidityForMarketLot, RejectReason.InsufficientBalance, RejectReason.BalanceOverflow, RejectReason.DuplicateSymbol, RejectReason.InvalidSymbol,
        RejectReason.DuplicateApiKey, RejectReason.InvalidApiKey, RejectReason.AssetScaleMismatch, RejectReason.InvalidAmount,
    ];

    [Test]
    public void Stream_meets_every_reject_reason_and_event_and_keeps_the_books_populated()
    {
        var generator = new CommandGenerator(seed: 1);
        var exchange = new ReferenceExchange(CommandGenerator.Genesis);
        Dictionary<RejectReason, int> rejects = [];
        HashSet<string> endings = [];
        var (placements, traded, samples, populated) = (0, 0, 0, 0);
        for (var i = 0; i < 40_000; i++)
        {
            var command = generator.Next();
            var outcome = command.ApplyTo(exchange);
            generator.Observe(command, outcome);
            foreach (var change in outcome)
            {
                endings.Add(change is Expired expired ? $"Expired {expired.Reason}" : change.GetType().Name);
            }

            if (outcome[0] is Rejected rejected)
            {
                rejects[rejected.Reason] = rejects.GetValueOrDefault(rejected.Reason) + 1;
            }

            if (outcome[0] is Accepted)
            {
                placements++;
                traded += outcome.Any(change => change is Traded) ? 1 : 0;
            }

            if (i % 100 == 99)
            {
                exchange.CheckInvariants();
                samples += 2 * exchange.Symbols.Count;
                populated += exchange.Symbols.Sum(symbol =>
                    (exchange.Levels(symbol.Id, Side.Buy).Count >= 3 ? 1 : 0) + (exchange.Levels(symbol.Id, Side.Sell).Count >= 3 ? 1 : 0));
            }
        }

        TestContext.Out.WriteLine($"{placements} accepted, {100 * traded / placements} % traded, {100 * populated / samples} % of book sides populated");
        TestContext.Out.WriteLine(string.Join(", ", rejects.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key} {entry.Value}")));
        Assert.That(rejects.Keys, Is.EquivalentTo(Expected));
        Assert.That(endings, Is.EquivalentTo(new[]
        {
            "Rejected", "Accepted", "Traded", "Rested", "Filled", "Expired UnfilledIoc", "Expired UnfilledFok", "Expired InsufficientLiquidity",
            "Canceled", "Reduced", "Moved", "Updated", "Opened", "Adjusted", "AssetCreated", "SymbolCreated", "QuarantineSet",
        }));
        Assert.That(100 * traded / placements, Is.InRange(20, 45), "percent of accepted placements that trade");
        Assert.That(100 * populated / samples, Is.AtLeast(80), "percent of book sides with three levels or more");
    }

    [Test]
    public void Equal_seeds_give_equal_streams_and_others_do_not()
    {
        var stream = Stream(7);
        var again = Stream(7);
        var other = Stream(8);

        Assert.That(again, Is.EqualTo(stream));
        Assert.That(other, Is.Not.EqualTo(stream));
    }

    private static List<string> Stream(ulong seed)
    {
        var generator = new CommandGenerator(seed);
        var exchange = new ReferenceExchange(CommandGenerator.Genesis);
        List<string> stream = [];
        for (var i = 0; i < 1_000; i++)
        {
            var command = generator.Next();
            var outcome = command.ApplyTo(exchange);
            generator.Observe(command, outcome);
            stream.Add($"{command} -> {string.Join("; ", outcome)}");
        }

        return stream;
    }
}
