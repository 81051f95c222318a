using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

/// <summary>Replayed records on their way to the views, with and without a thread of their own.</summary>
public sealed class ViewFeederTests
{
    private const int Records = 5_000;
    private const int LingerMs = 200;

    [TestCase(true)]
    [TestCase(false)]
    public void Every_view_has_every_record_in_order_and_within_a_batch(bool isInline)
    {
        var first = new CountingView();
        var second = new CountingView();
        var records = new TradingRecords();
        using (var feeder = new ViewFeeder([first, second], isInline))
        {
            Add(feeder, records, Records);
            feeder.Complete();
            Assert.That((first.Seen, second.Seen), Is.EqualTo((Records, Records)), "complete is complete");
        }

        Assert.That((first.Faults, second.Faults), Is.EqualTo((0, 0)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Without_views_records_pass_by(bool isInline)
    {
        using var feeder = new ViewFeeder([], isInline);
        Add(feeder, new TradingRecords(), Records);
        Assert.That(feeder.Complete, Throws.Nothing);
    }

    [Test]
    public void A_record_longer_than_a_batch_is_fed_too()
    {
        var view = new CountingView();
        var records = new TradingRecords();
        using var feeder = new ViewFeeder([view], isInline: false);
        Add(feeder, records, 3);
        var sweep = records.Place(1, Side.Buy, 100, 1).Accepted(4);
        for (var trade = 0; trade < 6_000; trade++)
        {
            sweep.Event(new TradeExecuted { Type = EventType.TradeExecuted, MakerOrderId = 1, TradeId = trade });
        }

        feeder.Add(new Record(sweep.ToBytes()));
        feeder.Complete();

        Assert.That((view.Seen, view.Faults), Is.EqualTo((4, 0)));
    }

    [TestCase(10, TestName = "A_view_that_fails_at_the_end_fails_the_replay")]
    [TestCase(100_000, TestName = "A_view_that_fails_in_the_middle_fails_the_replay")]
    public void A_view_that_fails_fails_the_replay(int count)
    {
        var records = new TradingRecords();
        using var feeder = new ViewFeeder([new CountingView { FailsAt = 5 }], isInline: false);
        var failure = Assert.Throws<InvariantBrokenException>(() =>
        {
            Add(feeder, records, count);
            feeder.Complete();
        });

        Assert.That(failure.Message, Does.Contain("five"));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Whichever_view_fails_the_replay_hears_of_it_and_no_view_is_fed_further(int failing)
    {
        CountingView[] views = [.. Enumerable.Range(0, 3).Select(view => new CountingView { FailsAt = view == failing ? 5 : 0 })];
        var records = new TradingRecords();
        using var feeder = new ViewFeeder(views, isInline: false);
        Add(feeder, records, 10);
        Assert.Throws<InvariantBrokenException>(feeder.Complete);
        var seen = views.Select(view => view.Seen).ToArray();
        Assert.Throws<InvariantBrokenException>(() => Add(feeder, records, Records));

        Assert.That(views.Select(view => view.Seen), Is.EqualTo(seen));
    }

    [Test]
    public void The_first_view_has_a_batch_before_the_others_begin_it_and_each_is_fed_by_one_thread_at_a_time()
    {
        // In the first batch the directory lingers: whoever could begin it meanwhile, would.
        using var overtaken = new ManualResetEventSlim();
        var lingers = true;
        var directory = new CountingView { Begun = () => Assert.That(lingers && overtaken.Wait(LingerMs), Is.False, "another view has begun"), Ended = () => lingers = false };
        CountingView[] others = [.. Enumerable.Range(0, 3).Select(_ => new CountingView { Ahead = directory, Begun = overtaken.Set })];
        using var feeder = new ViewFeeder([directory, .. others], isInline: false);
        Add(feeder, new TradingRecords(), 20 * Records);
        feeder.Complete();

        Assert.That(others.Select(view => (view.Seen, view.Faults)), Is.All.EqualTo((20 * Records, 0)));
    }

    [Test]
    public void A_replay_that_is_ahead_helps_with_views_that_nobody_has_begun()
    {
        // The thread claims the last view, which waits for the one before it: only the replay's thread can fold that.
        using var helped = new ManualResetEventSlim();
        var second = new CountingView { Begun = helped.Set };
        var third = new CountingView { Begun = () => Assert.That(helped.Wait(TimeSpan.FromSeconds(60)), "nobody helped") };
        using var feeder = new ViewFeeder([new CountingView(), second, third], isInline: false);
        Add(feeder, new TradingRecords(), 3);
        feeder.Complete();

        Assert.That((second.Seen, second.Faults, third.Seen, third.Faults), Is.EqualTo((3, 0, 3, 0)));
    }

    [Test]
    public void A_replay_that_fails_ends_the_thread_and_drops_what_was_not_handed_over()
    {
        var view = new CountingView();
        var feeder = new ViewFeeder([view], isInline: false);
        Add(feeder, new TradingRecords(), 3);
        feeder.Dispose();

        Assert.That((view.Seen, view.Faults), Is.EqualTo((0, 0)));
    }

    private static void Add(ViewFeeder feeder, TradingRecords records, int count)
    {
        for (var id = 1; id <= count; id++)
        {
            feeder.Add(new Record(records.Place(1, Side.Buy, 100, 1).Accepted(id, restsWhole: true).BookUpdated().ToBytes()));
        }
    }

    /// <summary>Counts records, and what is wrong about their order and batches.</summary>
    private sealed class CountingView : IRecordConsumer
    {
        private bool _isInBatch;
        private int _thread;

        public int Seen { get; private set; }

        public int Faults { get; private set; }

        public int FailsAt { get; init; }

        /// <summary>A view that must have each record before this one.</summary>
        public CountingView? Ahead { get; init; }

        public Action? Begun { get; init; }

        public Action? Ended { get; init; }

        public void BeginBatch()
        {
            Faults += _isInBatch ? 1 : 0;
            _isInBatch = true;
            _thread = Environment.CurrentManagedThreadId;
            Begun?.Invoke();
        }

        public void Apply(in Record record, int replyToken)
        {
            Seen++;
            Faults += _isInBatch && record.Sequence == Seen && replyToken == CommandSlot.NoReply && (Ahead is null || Ahead.Seen >= Seen) ? 0 : 1;
            Invariant.That(Seen != FailsAt, "five is too many");
        }

        public void EndBatch()
        {
            Faults += _isInBatch && _thread == Environment.CurrentManagedThreadId ? 0 : 1;
            _isInBatch = false;
            Ended?.Invoke();
        }

        public void Save(SnapshotWriter writer) => throw new NotSupportedException();

        public void Load(SnapshotReader reader) => throw new NotSupportedException();
    }
}
