using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Pipeline;

[TestFixture]
public sealed class PooledReplyTests
{
    private const int TimeoutMs = 100;

    // Only ends a test that hangs.
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(1);

    private static readonly byte[] Accepted = new RecordBuilder(CommandType.PlaceOrder, sequence: 5, timeUs: 9).Body([1, 0, 0, 0, 0, 0])
        .With(new OrderAccepted { OrderId = 3 }).ToBytes();

    private static readonly byte[] Refused = new RecordBuilder(CommandType.PlaceOrder, sequence: 6, timeUs: 10).Body([1, 0, 0, 0, 0, 0])
        .With(new CommandRejected { Reason = RejectReason.LotSize }).ToBytes();

    [Test]
    public async Task An_answer_carries_all_records_of_the_command()
    {
        var table = new ReplyTable(1, TimeoutMs, new ManualClock());
        for (var round = 0; round < 3; round++)
        {
            Assert.That(table.TryRent(out var wait), Is.True, $"round {round}");
            Assert.That(table.TryRent(out _), Is.False, "the only one is taken");
            var task = wait.AsTask();
            table.Append(wait.Token, new Record(Accepted));
            table.Append(wait.Token, new Record(Refused));
            Assert.That(task.IsCompleted, Is.False);
            table.Complete(wait.Token);

            using var reply = await task;
            Assert.That((reply.Reject, reply.Sequence, reply.TimeUs, reply.Token), Is.EqualTo((RejectReason.None, 5L, 9L, 0)));
            Assert.That(reply.Records.ToArray(), Is.EqualTo((byte[])[.. Accepted, .. Refused]));
        }
    }

    [Test]
    public async Task A_refusal_is_read_from_the_first_event()
    {
        var table = new ReplyTable(1, TimeoutMs, new ManualClock());
        table.TryRent(out var wait);
        var task = wait.AsTask();
        table.Append(wait.Token, new Record(Refused));
        table.Complete(wait.Token);

        using var reply = await task;
        Assert.That(reply.Reject, Is.EqualTo(RejectReason.LotSize));
    }

    [Test]
    public async Task A_reply_disposed_twice_is_free_once()
    {
        var table = new ReplyTable(1, TimeoutMs, new ManualClock());
        table.TryRent(out var wait);
        var task = wait.AsTask();
        table.Append(wait.Token, new Record(Accepted));
        table.Complete(wait.Token);
        var reply = await task;
        reply.Dispose();
        reply.Dispose();

        Assert.That(table.TryRent(out _), Is.True);
        Assert.That(table.TryRent(out _), Is.False);
    }

    [Test]
    public void A_timeout_keeps_the_token_until_the_command_is_met_and_then_serves_the_next_caller()
    {
        var clock = new ManualClock();
        var table = new ReplyTable(4, TimeoutMs, clock);
        var waits = Enumerable.Range(0, 4).Select(_ => Rent(table)).ToArray();
        var tasks = waits.Select(wait => wait.AsTask().AsTask()).ToArray();
        clock.Pass(TimeoutMs * 1_000);
        table.AbandonOverdue();
        Assert.That(tasks.Any(task => task.IsCompleted), Is.False, "exactly in time");

        clock.Pass(1_000);
        table.AbandonOverdue();
        table.AbandonOverdue();
        foreach (var task in tasks)
        {
            Assert.That(async () => await task.WaitAsync(HangGuard), Throws.TypeOf<TimeoutException>());
        }

        Assert.That(table.TryRent(out _), Is.False, "the commands are still under way");
        foreach (var wait in waits)
        {
            table.Append(wait.Token, new Record(Accepted));
            table.Complete(wait.Token);
            Assert.That(table.TryRent(out var next), Is.True);
            Assert.That(next.AsTask().AsTask().IsCompleted, Is.False, "a new wait is not answered with the old command");
        }

        Assert.That(table.TryRent(out _), Is.False);
    }

    [Test]
    public async Task A_timer_that_found_a_wait_overdue_cannot_abandon_the_next_one()
    {
        var table = new ReplyTable(1, TimeoutMs, new ManualClock());
        var first = Rent(table);
        var task = first.AsTask();
        Assert.That(first.IsOverdue(long.MaxValue, out var overdue), Is.True);
        table.Append(first.Token, new Record(Accepted));
        table.Complete(first.Token);
        (await task).Dispose();

        var second = Rent(table);
        var next = second.AsTask();
        Assert.That(second, Is.SameAs(first));
        second.Abandon(overdue, new TimeoutException());

        Assert.That(next.IsCompleted, Is.False);
        table.Append(second.Token, new Record(Accepted));
        table.Complete(second.Token);
        Assert.That((await next).Sequence, Is.EqualTo(5));
    }

    [Test]
    public void A_withdrawn_wait_is_free_at_once()
    {
        var table = new ReplyTable(1, TimeoutMs, new ManualClock());
        Rent(table).Withdraw();

        Assert.That(table.TryRent(out _), Is.True);
    }

    [Test]
    public void A_closed_table_faults_who_waits_and_lets_nobody_wait_any_more()
    {
        var table = new ReplyTable(2, TimeoutMs, new ManualClock());
        var task = Rent(table).AsTask().AsTask();

        table.Close();

        Assert.That(async () => await task.WaitAsync(HangGuard), Throws.TypeOf<ExchangeStoppedException>());
        Assert.That(table.TryRent(out _), Is.False);
    }

    /// <summary>The caller hears exactly one outcome, and the token is free again behind each round whoever won.</summary>
    [Test]
    public void Answer_and_abandonment_race_to_one_outcome()
    {
        const int rounds = 4_000;
        var table = new ReplyTable(1, TimeoutMs, new ManualClock());
        PooledReply wait = null!;
        long named = 0;
        var answered = 0;
        var abandoned = 0;
        using var start = new Barrier(3);
        using var end = new Barrier(3);
        Task[] rivals =
        [
            Rival(() =>
            {
                wait.Append(Accepted);
                wait.Complete();
            }),
            Rival(() => wait.Abandon(named, new TimeoutException())),
        ];
        for (var round = 0; round < rounds; round++)
        {
            Assert.That(table.TryRent(out wait), Is.True, $"round {round}: the token is free");
            wait.IsWaiting(out named);
            var task = wait.AsTask().AsTask();
            start.SignalAndWait();
            try
            {
                using var reply = task.WaitAsync(HangGuard).GetAwaiter().GetResult();
                Assert.That(reply.Sequence, Is.EqualTo(5));
                answered++;
            }
            catch (TimeoutException) when (task.IsFaulted)
            {
                abandoned++;
            }

            end.SignalAndWait();
        }

        Assert.That(Task.WaitAll(rivals, HangGuard), Is.True);
        Assert.That(answered + abandoned, Is.EqualTo(rounds));
        Assert.That(table.TryRent(out _), Is.True);

        Task Rival(Action act) => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < rounds; round++)
                {
                    start.SignalAndWait();
                    act();
                    end.SignalAndWait();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    [Test]
    public void Whoever_begins_to_wait_while_the_table_closes_is_refused_or_faulted()
    {
        for (var round = 0; round < 300; round++)
        {
            var table = new ReplyTable(64, TimeoutMs, new ManualClock());
            List<Task> waiting = [];
            using var start = new Barrier(2);
            var renter = Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    while (table.TryRent(out var wait))
                    {
                        waiting.Add(wait.AsTask().AsTask());
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            start.SignalAndWait();
            table.Close();
            Assert.That(renter.Wait(HangGuard), Is.True);
            foreach (var task in waiting)
            {
                Assert.That(async () => await task.WaitAsync(HangGuard), Throws.TypeOf<ExchangeStoppedException>(), $"round {round}");
            }
        }
    }

    private static PooledReply Rent(ReplyTable table)
    {
        Assert.That(table.TryRent(out var wait), Is.True);
        return wait;
    }
}
