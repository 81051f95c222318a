using Exchange.Accounts;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Reference;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>
/// The engine and the plain reference exchange, written apart from each other from the same rules, execute the same random commands:
/// every event, every balance and every book must agree, and every view must show what the engine holds.
/// 1,000,000 commands in all; more with EXCHANGE_PROPERTY_COMMANDS. A failing seed is named in the message: add it to <see cref="KeptSeeds"/>.
/// </summary>
public sealed class EngineAgainstReferenceTests
{
    private const int Streams = 20;
    private const int CommandsBetweenFullChecks = 2_500;

    private static readonly ulong[] KeptSeeds = [];

    private static int CommandsPerStream =>
        int.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_PROPERTY_COMMANDS"), out var all) ? all / Streams : 1_000_000 / Streams;

    private static IEnumerable<ulong> Seeds() => Enumerable.Range(1, Streams).Select(seed => (ulong)seed).Concat(KeptSeeds);

    [TestCaseSource(nameof(Seeds))]
    [Parallelizable(ParallelScope.All)]
    public void Engine_and_reference_agree_on_every_random_command(ulong seed)
    {
        var generator = new CommandGenerator(seed);
        var reference = new ReferenceExchange(CommandGenerator.Genesis);
        using var engine = new EngineExchange(CommandGenerator.Genesis);
        for (var i = 0; i < CommandsPerStream; i++)
        {
            var command = generator.Next();
            var actual = command.ApplyTo(engine);
            if (engine.UpdateCount > 1 && command is GeneratedTrading trading)
            {
                reference.SkipUpdateIds(trading.Slot.SymbolId, engine.UpdateCount - 1);
            }

            var expected = command.ApplyTo(reference);
            if (!expected.SequenceEqual(actual))
            {
                Assert.Fail($"seed {seed}, command {i}: {command}\nexpected {string.Join("\n         ", expected)}\nbut was  {string.Join("\n         ", actual)}");
            }

            if (engine.Engine.LastInternalError is { } error)
            {
                Assert.Fail($"seed {seed}, command {i}: {command}\n{error}");
            }

            generator.Observe(command, actual);
            if (i % CommandsBetweenFullChecks == CommandsBetweenFullChecks - 1)
            {
                CompareStates(engine, reference, $"seed {seed}, command {i}");
            }
        }

        CompareStates(engine, reference, $"seed {seed}, at the end");
    }

    private static void CompareStates(EngineExchange engine, ReferenceExchange reference, string where)
    {
        Assert.That(() => engine.CheckInvariants(), Throws.Nothing, where);
        Assert.That(() => reference.CheckInvariants(), Throws.Nothing, where);
        foreach (var symbol in reference.Symbols)
        {
            foreach (var side in (Side[])[Side.Buy, Side.Sell])
            {
                Assert.That(engine.OpenOrders(symbol.Id, side), Is.EqualTo(reference.OpenOrders(symbol.Id, side)), $"{where}: {symbol.Name} {side} orders");
                Assert.That(engine.Levels(symbol.Id, side), Is.EqualTo(reference.Levels(symbol.Id, side)), $"{where}: {symbol.Name} {side} depth view");
            }
        }

        var balances = new List<Balance>();
        var open = new List<OrderState>();
        for (var accountId = 1; accountId <= reference.AccountCount; accountId++)
        {
            engine.Accounts.CopyBalances(accountId, balances);
            foreach (var asset in reference.Assets)
            {
                var expected = reference.Balance(accountId, asset.Id);
                Assert.That(engine.Balance(accountId, asset.Id), Is.EqualTo(expected), $"{where}: ledger, account {accountId} {asset.Name}");
                Assert.That(new Support.Funds(balances[asset.Id].Free, balances[asset.Id].Held), Is.EqualTo(expected), $"{where}: balances view, account {accountId} {asset.Name}");
            }

            engine.Orders.CopyOpen(accountId, null, open);
            var expectedOpen = reference.Symbols
                .SelectMany(symbol => reference.OpenOrders(symbol.Id, Side.Buy).Concat(reference.OpenOrders(symbol.Id, Side.Sell)))
                .Where(order => order.AccountId == accountId)
                .OrderBy(order => order.OrderId);
            Assert.That(
                open.Select(order => new RestingOrder(order.OrderId, order.AccountId, order.ClientOrderId.ToString(), order.Price, order.Quantity - order.ExecutedQuantity)),
                Is.EqualTo(expectedOpen),
                $"{where}: orders view, account {accountId}");
        }

        foreach (var asset in reference.Assets)
        {
            Assert.That(engine.FeesCollected(asset.Id), Is.EqualTo(reference.FeesCollected(asset.Id)), $"{where}: fees in {asset.Name}");
        }
    }
}
