using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>A command that breaks the engine while it changes the state, through the whole pipeline and the starts behind it.</summary>
[TestFixture]
public sealed class QuarantineTests
{
    private const int Honest = 1;
    private const int Poisonous = 2;

    [Test]
    public async Task A_poisoned_command_stops_the_exchange_and_its_retry_does_not()
    {
        var disk = new FaultyDisk();
        var plan = new FaultPlan();
        var poisonedSequence = await BreakAsync(disk, plan);
        disk.Crash(seed: 5);
        var file = $"quarantine/{poisonedSequence:D20}";
        Assert.That(disk.Contents().Keys, Does.Contain(file), "written and synced");
        Assert.That(System.Text.Encoding.UTF8.GetString(disk.Contents()[file]), Does.StartWith($"account={Poisonous} symbol=0 type=PlaceOrder\n").And.Contain(nameof(SyntheticFaultException)));

        // The client retries from before the start on: its command would break the engine again.
        await using (var exchange = new PipelineExchange(new WatchedStorage(disk), plan: plan))
        {
            var retry = RetryUntilAdmittedAsync(exchange);
            await exchange.StartAsync();
            Assert.That((await retry).Reject, Is.AnyOf(RejectReason.MarketClosed, RejectReason.AccountCancelOnly));
            Assert.That(exchange.Pipeline.Ended.IsCompleted, Is.False, "the exchange runs on");
            Assert.That(disk.Contents().Keys, Does.Contain(file + ".applied").And.Not.Contain(file));

            Assert.That((await exchange.SubmitAsync(Order(Honest)))!.Reject, Is.EqualTo(RejectReason.MarketClosed), "the symbol takes no orders");
            Assert.That((await exchange.SubmitAsync(CommandSlots.CancelAll(Honest)))!.Reject, Is.EqualTo(RejectReason.None), "it takes cancels");

            plan.BreaksHoldOf = null;
            var release = new QuarantineCommand(poisonedSequence, Poisonous, 0);
            Assert.That(await exchange.SubmitAsync(CommandType.ReleaseQuarantine, release.ToBytes()), Is.EqualTo(RejectReason.None));
            Assert.That((await exchange.SubmitAsync(Order(Poisonous)))!.Reject, Is.EqualTo(RejectReason.None));
            Assert.That((await exchange.SubmitAsync(Order(Honest)))!.Reject, Is.EqualTo(RejectReason.None));
        }

        await using var last = new PipelineExchange(new WatchedStorage(disk), plan: plan);
        await last.StartAsync();
        Assert.That((await last.SubmitAsync(Order(Poisonous)))!.Reject, Is.EqualTo(RejectReason.None), "an applied file restricts nobody again");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_poisoned_cancel_stops_the_exchange_twice_and_never_again(bool isMassCancel)
    {
        var disk = new FaultyDisk();
        var plan = new FaultPlan();
        var cancel = isMassCancel ? CommandSlots.CancelAll(Poisonous) : CommandSlots.Cancel(Poisonous, orderId: 1);
        await using (var exchange = new PipelineExchange(new WatchedStorage(disk), plan: plan))
        {
            await exchange.StartAsync();
            await exchange.AddMarketAsync(accounts: 2);
            Assert.That((await exchange.SubmitAsync(Order(Poisonous)))!.Reject, Is.EqualTo(RejectReason.None));
            Assert.That((await exchange.SubmitAsync(Order(Honest)))!.Reject, Is.EqualTo(RejectReason.None));
            plan.BreaksReleaseOf = account => account == Poisonous;
            await BreaksAsync(exchange);
        }

        await using (var exchange = new PipelineExchange(new WatchedStorage(disk), plan: plan))
        {
            // It may only cancel now, and that is what breaks the engine.
            await exchange.StartAsync();
            await BreaksAsync(exchange);
        }

        await using var last = new PipelineExchange(new WatchedStorage(disk), plan: plan);
        await last.StartAsync();
        Assert.That((await last.SubmitAsync(cancel))!.Reject, Is.EqualTo(RejectReason.AccountClosed));
        Assert.That((await last.SubmitAsync(CommandSlots.CancelAll(Honest)))!.Reject, Is.EqualTo(RejectReason.None), "others may cancel");

        plan.BreaksReleaseOf = null;
        await last.SubmitAsync(CommandType.ReleaseQuarantine, new QuarantineCommand(0, Poisonous, 0).ToBytes());
        Assert.That((await last.SubmitAsync(cancel))!.Reject, Is.EqualTo(RejectReason.None));

        async Task BreaksAsync(PipelineExchange exchange)
        {
            Assert.That(async () => await exchange.SubmitAsync(cancel), Throws.TypeOf<ExchangeStoppedException>());
            Assert.That(async () => await exchange.Pipeline.Ended.WaitAsync(PipelineExchange.HangGuard), Throws.TypeOf<PoisonedCommandException>());
        }
    }

    [Test]
    public async Task A_poisoned_account_opening_restricts_nobody()
    {
        var disk = new FaultyDisk();
        var plan = new FaultPlan();
        await using (var exchange = new PipelineExchange(new WatchedStorage(disk), plan: plan))
        {
            await exchange.StartAsync();
            await exchange.AddMarketAsync(accounts: 2);

            // Its payload begins with the limits: bytes that would read as account 2 and symbol 0 in the slot of a trading command.
            var opening = new OpenAccountCommand { OrderLimitPer10Seconds = Poisonous, OrderLimitPerDay = 0 }.ToBytes();
            plan.Arm(2);
            Assert.That(async () => await exchange.SubmitAsync(CommandType.OpenAccount, opening), Throws.TypeOf<ExchangeStoppedException>());
            Assert.That(async () => await exchange.Pipeline.Ended.WaitAsync(PipelineExchange.HangGuard), Throws.TypeOf<PoisonedCommandException>());
        }

        plan.Arm(0);
        await using var next = new PipelineExchange(new WatchedStorage(disk), plan: plan);
        await next.StartAsync();

        Assert.That((await next.SubmitAsync(Order(Poisonous)))!.Reject, Is.EqualTo(RejectReason.None));
        Assert.That(disk.Contents().Keys.Where(name => name.StartsWith("quarantine/", StringComparison.Ordinal)), Has.One.EndsWith(".applied"));
        Assert.That(next.LogLines, Has.Some.Contains("nothing was restricted"));
    }

    [Test]
    public async Task A_file_that_a_crash_cut_short_does_not_refuse_the_start()
    {
        var disk = new FaultyDisk();
        disk.Put("quarantine/00000000000000000009.tmp", []);
        await using var exchange = new PipelineExchange(new WatchedStorage(disk));

        await exchange.StartAsync();

        Assert.That(exchange.Pipeline.DurableSequence, Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Work_whose_continuation_breaks_the_engine_is_given_up_at_the_next_start(bool isMove)
    {
        var disk = new FaultyDisk();
        var plan = new FaultPlan();
        var genesis = PipelineExchange.Genesis with { WorkLimit = 2 };
        await using (var exchange = new PipelineExchange(new WatchedStorage(disk), plan: plan))
        {
            await exchange.StartAsync(genesis);
            await exchange.AddMarketAsync(accounts: 2);
            for (var i = 0; i < 5; i++)
            {
                await exchange.SubmitAsync(CommandSlots.Limit(Honest, Side.Sell, price: 9, quantity: 1));
            }

            // Sweeps all five, two per record; the third trade, the first of the continuation, breaks.
            var sweep = CommandSlots.Limit(Poisonous, Side.Buy, price: isMove ? 5 : 9, quantity: 10);
            if (isMove)
            {
                var resting = (await exchange.SubmitAsync(sweep))!;
                Assert.That(resting.Reject, Is.EqualTo(RejectReason.None));
                sweep = CommandSlots.Move(Poisonous, orderId: 6, newPrice: 9);
            }

            plan.BreaksSettlementAfter = 2;
            Assert.That(async () => await exchange.SubmitAsync(sweep), Throws.TypeOf<ExchangeStoppedException>());
            Assert.That(async () => await exchange.Pipeline.Ended.WaitAsync(PipelineExchange.HangGuard), Throws.TypeOf<PoisonedCommandException>());
        }

        // Whatever settles next would still break: a start that continued the work would never end.
        ulong hash;
        await using (var next = new PipelineExchange(new WatchedStorage(disk), plan: plan))
        {
            plan.BreaksSettlementAfter = null;
            next.Pipeline.Recover(null);
            plan.BreaksSettlementAfter = 0;
            await next.Pipeline.StartAsync(genesis).WaitAsync(PipelineExchange.HangGuard);

            Assert.That(next.Orders.TryGet(Poisonous, 0, 6, out var order), Is.True);
            Assert.That((order.Status, order.ExecutedQuantity, order.ExpireReason), Is.EqualTo((OrderStatus.Expired, 2L, ExpireReason.ExchangeCanceled)));
            Assert.That((await next.SubmitAsync(Order(Poisonous)))!.Reject, Is.AnyOf(RejectReason.MarketClosed, RejectReason.AccountCancelOnly));
            await next.Pipeline.StopAsync();
            Assert.That(next.Inconsistency, Is.Null);
            hash = next.StateHash;
        }

        plan.BreaksSettlementAfter = null;
        await using var last = new PipelineExchange(new WatchedStorage(disk), plan: plan);
        last.Pipeline.Recover(null);
        Assert.That(last.StateHash, Is.EqualTo(hash), "the giving up is journaled and replays");
    }

    [TestCase("")]
    [TestCase("account=1 symbol=x type=PlaceOrder\n")]
    [TestCase("nothing of the kind")]
    public async Task A_file_that_nobody_understands_refuses_the_start_before_any_thread_runs(string text)
    {
        var disk = new FaultyDisk();
        disk.Put("quarantine/00000000000000000009", System.Text.Encoding.UTF8.GetBytes(text));
        await using var exchange = new PipelineExchange(new WatchedStorage(disk));

        Assert.That(async () => await exchange.StartAsync(), Throws.TypeOf<InvalidDataException>());
        Assert.That(JournalFixture.ReadAll(disk).Records, Is.Empty);
    }

    /// <summary>Runs an exchange until the poisonous account's order breaks it; returns the sequence that the order would have had.</summary>
    private static async Task<long> BreakAsync(FaultyDisk disk, FaultPlan plan)
    {
        var storage = new WatchedStorage(disk);
        await using var exchange = new PipelineExchange(storage, plan: plan);
        await exchange.StartAsync();
        await exchange.AddMarketAsync(accounts: 2);
        var before = (await exchange.SubmitAsync(Order(Honest)))!;
        plan.BreaksHoldOf = account => account == Poisonous;

        Assert.That(async () => await exchange.SubmitAsync(Order(Poisonous)), Throws.TypeOf<ExchangeStoppedException>());

        Assert.That(async () => await exchange.Pipeline.Ended.WaitAsync(PipelineExchange.HangGuard), Throws.TypeOf<PoisonedCommandException>());
        Assert.That(exchange.Pipeline.IsAdmitting, Is.False);
        Assert.That(storage.SyncedSequence, Is.EqualTo(before.Sequence), "nothing of the command reached the journal");
        Assert.That(exchange.Pipeline.PublishedSequence, Is.EqualTo(before.Sequence));
        return before.Sequence + 1;
    }

    private static async Task<Answer> RetryUntilAdmittedAsync(PipelineExchange exchange)
    {
        while (true)
        {
            if (await exchange.SubmitAsync(Order(Poisonous)) is { } answer)
            {
                return answer;
            }

            await Task.Yield();
        }
    }

    private static CommandSlot Order(int account) => CommandSlots.Limit(account, Side.Buy, price: 5, quantity: 1);
}
