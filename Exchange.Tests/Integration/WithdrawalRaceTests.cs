using Exchange.Host.Admin;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// Withdrawals and orders that want the same money at the same moment, over the door and the gateway of a running pipeline: never both. Rounds:
/// EXCHANGE_WITHDRAW_ROUNDS (default 500).
/// </summary>
[TestFixture]
public sealed class WithdrawalRaceTests
{
    private const int Cash = 1;
    private const long Amount = 10_000;
    private const int Racers = 8;

    [Test]
    public async Task The_same_money_is_never_withdrawn_and_held_at_once()
    {
        var keys = Directory.CreateTempSubdirectory("exchange-race-");
        await using var exchange = new PipelineExchange(new FaultyDisk());
        await exchange.StartAsync();
        await exchange.AddMarketAsync(accounts: 0);
        await exchange.SubmitAsync(CommandType.OpenAccount, new OpenAccountCommand { Deposits = [new AssetAmount(Cash, Amount)] }.ToBytes());
        var door = new Administration(exchange.Pipeline.Gateway, exchange.Accounts, new SecretProtector(new SecretsOptions(), keys.FullName));
        var cash = exchange.Symbols.Assets[Cash];
        var random = new Random(5);
        var outcomes = new Dictionary<(int Withdrawn, int Placed), int>();

        for (var round = 0; round < LongRun.Setting("EXCHANGE_WITHDRAW_ROUNDS", 500); round++)
        {
            // One tick and lot is 100 units: each order wants all of it, as each withdrawal does.
            Func<Task<(RejectReason Reject, long OrderId)>> withdraw = async () =>
                ((await door.AdjustBalanceAsync(AdminCaller.Sandbox("race"), 1, cash, -Amount)).Reject, 0);
            Func<Task<(RejectReason Reject, long OrderId)>> place = async () =>
            {
                var answer = (await exchange.SubmitAsync(CommandSlots.Limit(1, Side.Buy, price: 100, quantity: 1)))!;
                return (answer.Reject, answer.OrderId);
            };
            var racers = Enumerable.Range(0, Racers).Select(i => i % 2 == 0 ? withdraw : place).ToArray();
            random.Shuffle(racers);
            var done = (await Task.WhenAll(racers.Select(Task.Run))).Where(outcome => outcome.Reject == RejectReason.None).ToArray();
            var placed = done.Where(outcome => outcome.OrderId != 0).ToArray();
            var withdrawn = done.Length - placed.Length;

            Assert.That(withdrawn + placed.Length, Is.EqualTo(1), $"round {round}: {withdrawn} withdrawals, {placed.Length} orders of the same money");
            outcomes[(withdrawn, placed.Length)] = outcomes.GetValueOrDefault((withdrawn, placed.Length)) + 1;
            if (withdrawn == 1)
            {
                await door.AdjustBalanceAsync(AdminCaller.Sandbox("again"), 1, cash, Amount);
            }
            else
            {
                await exchange.SubmitAsync(CommandSlots.Cancel(1, placed[0].OrderId));
            }
        }

        await exchange.Pipeline.StopAsync();
        Assert.That(exchange.Inconsistency, Is.Null);
        Assert.That(exchange.Accounts.Ledger.Free(1, Cash), Is.EqualTo(Amount));
        Assert.That(outcomes, Has.Count.EqualTo(2), "both have won");
        keys.Delete(recursive: true);
    }
}
