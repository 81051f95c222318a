using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Orders;

/// <summary>Random trades against a plain list, for every kind of query.</summary>
public sealed class TradeWindowTests
{
    [TestCase(1, 1)]
    [TestCase(2, 9)]
    [TestCase(3, 300)]
    public void Random_trades_are_found_as_in_a_plain_list(int seed, int tradesKept)
    {
        var random = new Random(seed);
        var window = new TradeWindow(tradesKept);
        var all = new List<(int Account, int Symbol, AccountFill Fill)>();
        var tradeIds = new long[2];
        var found = new List<AccountFill>();
        for (var number = 1; number <= 700; number++)
        {
            var symbol = random.Next(2);
            var taker = Order(random, number * 2, symbol);
            var maker = Order(random, number * 2 - 1, symbol) with { Side = taker.Side.Opposite() };
            var trade = new TradeExecuted { TradeId = ++tradeIds[symbol], Price = number, Quantity = 2, TakerFee = 3, MakerFee = 4 };
            window.Add(trade, taker, maker, sequence: number * 10, timeUs: number / 3 * 100);
            all.Add((taker.AccountId, symbol, new(trade.TradeId, taker.OrderId, taker.Side == Side.Buy, false, number, 2, 3, number / 3 * 100)));
            all.Add((maker.AccountId, symbol, new(trade.TradeId, maker.OrderId, maker.Side == Side.Buy, true, number, 2, 4, number / 3 * 100)));

            if (random.Next(20) == 0)
            {
                window.ForgetUpTo(storedSequence: (number - random.Next(200)) * 10, least: 3);
            }

            var kept = all.Skip(2 * (number - window.Count)).ToList();
            var query = Query(random, number);
            found.Clear();
            var isWhole = window.Copy(query, found);
            OrderPage.Cut(query, found);

            Assert.That(found, Is.EqualTo(Expected(kept, query)), $"{query}");
            Assert.That(!isWhole || found.SequenceEqual(Expected(all, query)), Is.True, $"what is called whole is whole: {query}");
            Assert.That(window.ForgottenSequence, Is.EqualTo((number - window.Count) * 10));
        }
    }

    private static OrderProgress Order(Random random, long id, int symbol) =>
        new() { OrderId = id, AccountId = random.Next(1, 4), SymbolId = symbol, Side = (Side)random.Next(2) };

    private static FillQuery Query(Random random, int number) => new(
        AccountId: random.Next(1, 6),
        SymbolId: random.Next(2),
        OrderId: random.Next(4) == 0 ? random.Next(number * 2) + 1 : 0,
        FromTradeId: random.Next(3) == 0 ? random.Next(number) : 0,
        FromUs: random.Next(3) == 0 ? random.Next(number) / 3 * 100 : 0,
        ToUs: random.Next(3) == 0 ? random.Next(number) / 3 * 100 : long.MaxValue,
        Limit: random.Next(1, 12),
        TakesNewest: random.Next(2) == 0);

    private static List<AccountFill> Expected(IEnumerable<(int Account, int Symbol, AccountFill Fill)> all, FillQuery query)
    {
        var matching = all
            .Where(entry => entry.Account == query.AccountId && entry.Symbol == query.SymbolId)
            .Select(entry => entry.Fill)
            .Where(fill => (query.OrderId == 0 || fill.OrderId == query.OrderId) && fill.TradeId >= query.FromTradeId
                && fill.TimeUs >= query.FromUs && fill.TimeUs <= query.ToUs)
            .OrderBy(fill => fill.TradeId).ThenBy(fill => fill.IsMaker);
        return query.TakesNewest ? [.. matching.TakeLast(query.Limit)] : [.. matching.Take(query.Limit)];
    }
}
