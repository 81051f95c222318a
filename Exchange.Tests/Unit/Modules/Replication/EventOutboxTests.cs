using Exchange.Replication.Messages;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

/// <summary>Of a group one entry at most is under way, each group keeps its order, and nobody waits for a request that carries others.</summary>
public sealed class EventOutboxTests
{
    private const int Groups = 7;
    private const int MessagesPerGroup = 9;

    [Test]
    public async Task A_request_that_takes_long_holds_back_its_groups_alone()
    {
        var target = new FakeTarget { EntriesMax = 2 };
        var stuck = new TaskCompletionSource();
        target.BeforeAnswer = entries => entries.Any(entry => entry.Group == "0") ? stuck.Task : Task.CompletedTask;
        var outbox = Filled(requestsAtOnce: 2);

        var sending = outbox.SendAllAsync(target);
        Assert.That(() => target.Taken.Count(message => message.Group is not ("0" or "1")), Is.EqualTo((Groups - 2) * MessagesPerGroup).After(10_000, 1), "all that travel apart");
        Assert.That((sending.IsCompleted, target.Taken.Count(message => message.Group is "0" or "1")), Is.EqualTo((false, 0)));

        stuck.SetResult();
        await sending.WaitAsync(HostProcess.Patience);
        AssertAllInOrder(target);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Refusals_and_any_order_of_answers_keep_each_group_in_order(int seed)
    {
        var random = new Random(seed);
        var target = new FakeTarget { EntriesMax = 3 };
        target.BeforeAnswer = async _ =>
        {
            for (var yields = random.Next(5); yields > 0; yields--)
            {
                await Task.Yield();
            }
        };
        target.Refuses = _ => random.Next(20) == 0;
        var outbox = Filled(requestsAtOnce: 4);

        await outbox.SendAllAsync(target).WaitAsync(HostProcess.Patience);

        Assert.That(outbox.Count, Is.Zero);
        Assert.That(target.RequestsAtOnce, Is.InRange(2, 4));
        AssertAllInOrder(target);
    }

    [Test]
    public void A_request_that_fails_is_told_when_nothing_is_under_way_any_more()
    {
        var target = new FakeTarget { EntriesMax = 1 };
        var late = new TaskCompletionSource();
        target.BeforeAnswer = entries => entries[0].Group == "0" ? Task.FromException(new IOException("lost")) : late.Task;
        var outbox = Filled(requestsAtOnce: 2);

        var sending = outbox.SendAllAsync(target);
        Assert.That(sending.IsCompleted, Is.False, "the other request may still be taken");
        late.SetResult();
        Assert.That(async () => await sending.WaitAsync(HostProcess.Patience), Throws.TypeOf<IOException>());
    }

    private static EventOutbox Filled(int requestsAtOnce)
    {
        var outbox = new EventOutbox(requestsAtOnce);
        for (var number = 0; number < MessagesPerGroup; number++)
        {
            for (var group = 0; group < Groups; group++)
            {
                outbox.Add($"{group}", new EventMessage("Any", group, null, new EventId(1, number, group), 0, ReadOnlyMemory<byte>.Empty) { IsTrading = true });
            }
        }

        return outbox;
    }

    private static void AssertAllInOrder(FakeTarget target)
    {
        Assert.That(target.Overtakings, Is.Zero, "one entry of a group under way");
        Assert.That(target.Taken.Select(message => message.Group).Distinct().Count(), Is.EqualTo(Groups));
        foreach (var group in target.Taken.GroupBy(message => message.Group))
        {
            Assert.That(group.Select(message => message.Id.Sequence), Is.EqualTo(Enumerable.Range(0, MessagesPerGroup).Select(number => (long)number)), group.Key);
        }
    }

    /// <summary>Takes and refuses entries as a test says. Any thread.</summary>
    private sealed class FakeTarget : IEventTarget
    {
        private readonly Lock _lock = new();
        private readonly HashSet<string> _underWay = [];
        private readonly List<(string Group, EventId Id)> _taken = [];
        private int _requests;

        public Func<IReadOnlyList<OutgoingEntry>, Task> BeforeAnswer { get; set; } = _ => Task.CompletedTask;

        public Func<OutgoingEntry, bool> Refuses { get; set; } = _ => false;

        public int RequestsAtOnce { get; private set; }

        public int Overtakings { get; private set; }

        public List<(string Group, EventId Id)> Taken
        {
            get
            {
                lock (_lock)
                {
                    return [.. _taken];
                }
            }
        }

        public string Name => "fake";

        public int EntriesMax { get; init; }

        public int BytesMax => int.MaxValue;

        public bool TakesAudit => true;

        public Task<string> OpenAsync() => Task.FromResult("fake");

        public string GroupOf(in EventMessage message) => $"{message.AccountId}";

        public OutgoingEntry Pack(string group, IReadOnlyCollection<EventMessage> messages) => new(group, 1, 1, messages.First().Id, ReadOnlyMemory<byte>.Empty);

        public async Task<IReadOnlyList<RefusedEntry>> SendAsync(IReadOnlyList<OutgoingEntry> entries)
        {
            lock (_lock)
            {
                RequestsAtOnce = Math.Max(RequestsAtOnce, ++_requests);
                Overtakings += entries.Count(entry => !_underWay.Add(entry.Group));
            }

            await BeforeAnswer(entries);
            lock (_lock)
            {
                _requests--;
                List<RefusedEntry> refused = [];
                for (var index = 0; index < entries.Count; index++)
                {
                    _underWay.Remove(entries[index].Group);
                    if (Refuses(entries[index]))
                    {
                        refused.Add(new RefusedEntry(index, "Throttled", "slower", IsFinal: false));
                    }
                    else
                    {
                        _taken.Add((entries[index].Group, entries[index].Id));
                    }
                }

                return refused;
            }
        }

        public void Dispose()
        {
        }
    }
}
