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

    private static void CompareStates(EngineExchange engine, ReferenceExchange reference, string where) =>
        Assert.That(
            StateComparison.FirstDifference(engine.Engine, engine.Accounts.Ledger.Ledger, engine.Accounts, engine.MarketData, engine.Orders, reference),
            Is.Null,
            where);
}
