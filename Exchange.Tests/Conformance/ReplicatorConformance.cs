using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Types;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>
/// What every replicator must hold, whatever its store: a fixture per store derives from this one. Environment: EXCHANGE_REPLICATOR_COMMANDS,
/// commands of the journal (600), the same test with larger numbers.
/// </summary>
internal abstract class ReplicatorConformance
{
    private const ulong Seed = 4_711;
    private const long Epoch = 1;

    private static readonly int CommandCount =
        int.TryParse(Environment.GetEnvironmentVariable("EXCHANGE_REPLICATOR_COMMANDS"), out var count) ? count : 600;

    private readonly List<IDisposable> _stores = [];
    private readonly FaultyDisk _journal = new();

    /// <summary>Sequences behind which both a group and a command end: where a position may stand.</summary>
    private readonly List<long> _ends = [];
    private StreamJournal _stream = null!;
    private long _end;

    /// <summary>One store and what a test must do with it.</summary>
    internal interface IStore : IDisposable
    {
        /// <param name="beforeStatement">Called before every write that the store makes; what it throws fails the write.</param>
        IReplicator NewReplicator(Action<string>? beforeStatement = null);

        /// <summary>Says how the content differs from another store's of the same kind, position included; empty when equal.</summary>
        IReadOnlyList<string> DifferencesFrom(IStore other);
    }

    /// <summary>The journal that stores follow, whole.</summary>
    protected FaultyDisk Journal => _journal;

    protected long LastSequence => _end;

    /// <summary>Writes that a batch worth breaking has at least.</summary>
    protected virtual int WritesAtLeast => 11;

    protected abstract IStore NewStore();

    /// <summary>Writes from one failure of chance to the next, on the average: fewer where a batch is few writes.</summary>
    protected virtual int WritesPerFailure => 400;

    /// <summary>
    /// Asserts what a store holds behind a failed batch: that of before, unless it delivers and cannot take back.
    /// </summary>
    /// <param name="before">A store of the position that it kept.</param>
    /// <param name="behind">A store of what it was on its way to.</param>
    protected virtual void AssertHeldBack(IStore store, IStore before, IStore behind, string when) =>
        Assert.That(store.DifferencesFrom(before), Is.Empty, when);

    [OneTimeSetUp]
    public void MakeJournal()
    {
        _stream = new StreamJournal(Seed, CommandCount, withHashes: false);
        _end = _stream.Records.Count;
        using var appender = StreamJournal.Open(_journal, JournalEnd.Empty);
        _stream.Write(appender, new Random(1), 0, _stream.Records.Count, durable =>
        {
            if ((new Record(_stream.Records[(int)durable - 1]).Header.Flags & RecordFlags.Continues) == 0)
            {
                _ends.Add(durable);
            }
        });
    }

    [TearDown]
    public void DropStores()
    {
        _stores.ForEach(store => store.Dispose());
        _stores.Clear();
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(1_000_000)]
    public void Batches_of_any_size_make_the_same_store(int batchCount)
    {
        var expected = Followed(_end);
        var store = Store();

        Follow(store, _end, batchCount);

        Assert.That(store.DifferencesFrom(expected), Is.Empty);
    }

    [Test]
    public void Following_again_changes_nothing()
    {
        var expected = Followed(_end);
        var store = Followed(_end);

        Follow(store, _end, batchCount: 10);

        Assert.That(store.DifferencesFrom(expected), Is.Empty);
    }

    [Test]
    public void Applying_a_batch_twice_changes_nothing()
    {
        var store = Store();
        var first = store.NewReplicator();
        var second = store.NewReplicator();
        var last = EndUpTo(_end / 2);
        var position = Apply(first, 1, last);
        first.Commit(position);
        first.Close();
        Assert.That(second.Open(), Is.EqualTo(position));

        Assert.That(
            () => second.Apply(Epoch, new Record(_stream.Records[(int)last - 1])), Throws.TypeOf<InvariantBrokenException>(), "a record that is stored");
        second.Close();
        Assert.That(store.DifferencesFrom(Followed(last)), Is.Empty);
    }

    [Test]
    public void A_writer_that_was_overtaken_stores_nothing()
    {
        var store = Store();
        var late = store.NewReplicator();
        var last = EndUpTo(_end / 2);
        var position = Apply(late, 1, last);
        Follow(store, last, batchCount: 50);

        Assert.That(() => late.Commit(position), Throws.Exception);
        late.Close();
        Assert.That(store.DifferencesFrom(Followed(last)), Is.Empty);
    }

    [Test]
    public void What_was_not_committed_is_not_there()
    {
        var last = EndUpTo(_end / 2);
        var store = Followed(last);
        var replicator = store.NewReplicator();
        replicator.Open();
        for (var sequence = last + 1; sequence <= _end; sequence++)
        {
            replicator.Apply(Epoch, new Record(_stream.Records[(int)sequence - 1]));
        }

        replicator.Close();

        Assert.That(store.DifferencesFrom(Followed(last)), Is.Empty);
    }

    /// <summary>A failure before every single write of a batch leaves the store at its position, and the next try completes it.</summary>
    [Test]
    public void A_failure_between_any_two_writes_leaves_rows_and_position_of_one_batch()
    {
        var half = EndUpTo(_end / 2);
        var last = EndUpTo(half + 40);
        var before = Followed(half);
        var behind = Followed(last);
        var writes = WritesOf(half, last);
        Assert.That(writes, Is.GreaterThanOrEqualTo(WritesAtLeast), "a batch worth breaking");
        for (var failing = 1; failing <= writes; failing++)
        {
            var store = Followed(half);
            var count = 0;
            var isBroken = true;
            using var follower = new JournalFollower(
                store.NewReplicator(_ => Fail(isBroken && ++count == failing)), _journal, () => last, batchCount: 1_000_000);

            Assert.That(() => follower.Step(), Throws.TypeOf<TestFailure>(), $"write {failing}");
            AssertHeldBack(store, before, behind, $"behind the failure of write {failing}");

            isBroken = false;
            follower.Step();
            Assert.That(store.DifferencesFrom(behind), Is.Empty, $"behind the try after the failure of write {failing}");
            store.Dispose();
            _stores.Remove(store);
        }
    }

    /// <summary>Fails at random again and again: after each failure, the store is the fold of the journal up to its own position.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void Rows_and_position_agree_after_every_failure(int seed)
    {
        var random = new Random(seed);
        var expected = Followed(_end);
        var store = Store();
        var failures = 0;
        var isBroken = true;
        using (var follower = new JournalFollower(
            store.NewReplicator(_ => Fail(isBroken && random.Next(WritesPerFailure) == 0)), _journal, () => _end, batchCount: 40))
        {
            while (follower.Position.Sequence < _end)
            {
                try
                {
                    follower.Step();
                }
                catch (TestFailure)
                {
                    // Compared now and then: each comparison builds a store.
                    if (++failures % 10 == 1)
                    {
                        AssertHeldBack(store, Followed(follower.Position.Sequence), expected, $"failure {failures}");
                    }

                    isBroken = failures < 60;
                }
            }
        }

        Assert.That(failures, Is.GreaterThan(3));
        Assert.That(store.DifferencesFrom(expected), Is.Empty);
    }

    [Test]
    public void A_journal_is_followed_while_it_is_written()
    {
        var disk = new FaultyDisk();
        var store = Store();
        var durable = 0L;
        var random = new Random(5);
        using var follower = new JournalFollower(store.NewReplicator(), disk, () => durable, batchCount: 20);
        using (var appender = StreamJournal.Open(disk, JournalEnd.Empty))
        {
            _stream.Write(appender, random, 0, _stream.Records.Count, sequence =>
            {
                durable = sequence;
                if (random.Next(3) == 0)
                {
                    follower.Step();
                }
            });
        }

        while (follower.Step())
        {
        }

        Assert.That(store.DifferencesFrom(Followed(_end)), Is.Empty);
    }

    [Test]
    public void A_position_behind_the_journals_end_asks_for_a_rebuild()
    {
        var store = Followed(_end);
        var shorter = EndUpTo(_end / 2);
        using var follower = new JournalFollower(store.NewReplicator(), _journal, () => shorter, batchCount: 100);

        var refused = Assert.Throws<RebuildNeededException>(() => follower.Step())!;

        Assert.That(refused.Message, Does.Contain($"{_end}").And.Contain($"{shorter}"));
        Assert.That(store.DifferencesFrom(Followed(_end)), Is.Empty, "the store is left alone");
    }

    [Test]
    public void A_position_of_another_journal_asks_for_a_rebuild()
    {
        var other = new StreamJournal(Seed + 1, CommandCount, withHashes: false);
        var last = EndUpTo(_end / 2);
        var store = Followed(last);
        using var follower = new JournalFollower(store.NewReplicator(), other.ToDisk(seed: 2), () => other.Records.Count, batchCount: 100);

        Assert.That(() => follower.Step(), Throws.TypeOf<RebuildNeededException>().With.Message.Contains("another journal"));
        Assert.That(store.DifferencesFrom(Followed(last)), Is.Empty, "the store is left alone");
    }

    /// <summary>Returns the last place for a position up to <paramref name="sequence"/>.</summary>
    private long EndUpTo(long sequence) => _ends.FindLast(end => end <= sequence);

    private IStore Store()
    {
        var store = NewStore();
        _stores.Add(store);
        return store;
    }

    private IStore Followed(long end)
    {
        var store = Store();
        Follow(store, end, batchCount: 1_000_000);
        return store;
    }

    private void Follow(IStore store, long end, int batchCount)
    {
        using var follower = new JournalFollower(store.NewReplicator(), _journal, () => end, batchCount);
        while (follower.Step())
        {
        }
    }

    private JournalPosition Apply(IReplicator replicator, long first, long last)
    {
        replicator.Open();
        for (var sequence = first; sequence <= last; sequence++)
        {
            replicator.Apply(Epoch, new Record(_stream.Records[(int)sequence - 1]));
        }

        return JournalPosition.Behind(Epoch, new Record(_stream.Records[(int)last - 1]));
    }

    private int WritesOf(long from, long to)
    {
        var store = Followed(from);
        var writes = 0;
        using var follower = new JournalFollower(store.NewReplicator(_ => writes++), _journal, () => to, batchCount: 1_000_000);
        follower.Step();
        return writes;
    }

    private static void Fail(bool isNow)
    {
        if (isNow)
        {
            throw new TestFailure();
        }
    }

    private sealed class TestFailure : Exception;
}
