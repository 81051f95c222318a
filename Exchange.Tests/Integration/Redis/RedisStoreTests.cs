using System.Text.Json;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Views;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Redis;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using StackExchange.Redis;

namespace Exchange.Tests.Integration.Redis;

/// <summary>What other processes rely on: what is stored, what is published, and what happens to both when Redis or its writer fails.</summary>
[TestFixture]
internal sealed class RedisStoreTests
{
    private const ulong Seed = 815;
    private const int Commands = 800;

    private StreamJournal _stream = null!;
    private FaultyDisk _journal = null!;
    private long _end;
    private RedisTestStore _store = null!;

    [OneTimeSetUp]
    public void MakeJournal()
    {
        _stream = new StreamJournal(Seed, Commands, withHashes: false);
        _journal = _stream.ToDisk(seed: 3);
        _end = _stream.Records.Count;
    }

    [SetUp]
    public void NewStore() => _store = new RedisTestStore(_journal, LocalServices.Shared.RedisAddress);

    [TearDown]
    public void DropStore() => _store.Dispose();

    /// <summary>A book put together from a first whole message and the changes behind it is the stored one, update by update without a gap.</summary>
    [Test]
    public void A_reader_of_the_messages_has_the_stored_book_and_every_trade()
    {
        var books = new Dictionary<string, SortedSet<string>>();
        var updateIds = new Dictionary<string, long>();
        var tradeIds = new Dictionary<string, List<long>>();
        Listen("*:depth", (symbol, message) =>
        {
            var book = message.GetProperty("whole").GetBoolean() ? books[symbol] = [] : books[symbol];
            var first = message.GetProperty("firstUpdateId").GetInt64();
            Assert.That(first, Is.EqualTo(updateIds.TryGetValue(symbol, out var last) ? last + 1 : 0), "no update is missing");
            updateIds[symbol] = message.GetProperty("updateId").GetInt64();
            Change(book, message.GetProperty("bids"), "b");
            Change(book, message.GetProperty("asks"), "a");
        });
        Listen("*:trades", (symbol, message) =>
        {
            var ids = tradeIds.TryGetValue(symbol, out var known) ? known : tradeIds[symbol] = [];
            ids.AddRange(message.GetProperty("trades").EnumerateArray().Select(trade => trade[0].GetInt64()));
        });

        // A batch with more trades than are kept publishes the newest ones only.
        _store.Options.TradesKept = 1_000;
        Follow(_store.NewReplicator(), _end, batchCount: 3);
        Settle();

        Assert.That(books, Has.Count.GreaterThan(1));
        foreach (var (symbol, book) in books)
        {
            var stored = _store.Database.HashGetAll(_store.Keys.OfSymbol(symbol)[RedisKeys.Depth]).Where(field => field.Name != "u");
            Assert.That(book, Is.EquivalentTo(stored.Select(field => $"{field.Name}={field.Value}")), symbol);
            Assert.That(updateIds[symbol], Is.EqualTo((long)_store.Database.HashGet(_store.Keys.OfSymbol(symbol)[RedisKeys.Depth], "u")));
        }

        Assert.That(tradeIds.Values.Sum(ids => ids.Count), Is.GreaterThan(20));
        foreach (var ids in tradeIds.Values)
        {
            Assert.That(ids, Is.EqualTo(Enumerable.Range((int)ids[0], ids.Count).Select(id => (long)id)), "every trade once, in order");
        }
    }

    [Test]
    public void A_replay_changes_nothing_and_publishes_nothing()
    {
        Follow(_store.NewReplicator(), _end, batchCount: 50);
        var before = _store.Dump();
        _store.Database.KeyDelete(_store.Keys.Position);
        var messages = 0;
        Listen("*", (_, _) => Interlocked.Increment(ref messages));

        Follow(_store.NewReplicator(), _end, batchCount: 7);
        Settle();

        Assert.That(_store.Dump(), Is.EqualTo(before));
        Assert.That(messages, Is.Zero);
    }

    [Test]
    public void A_writer_of_an_older_epoch_changes_nothing()
    {
        Follow(_store.NewReplicator(), _end / 2, batchCount: 50);
        foreach (var name in Names())
        {
            _store.Database.HashSet(_store.Keys.OfSymbol(name)[RedisKeys.Head], "epoch", 2);
        }

        var before = _store.Dump().Where(line => !line.StartsWith("position ", StringComparison.Ordinal)).ToList();
        Follow(_store.NewReplicator(), _end, batchCount: 50);

        Assert.That(_store.Dump().Where(line => !line.StartsWith("position ", StringComparison.Ordinal)), Is.EqualTo(before));
    }

    /// <summary>Redis has restarted without its data: the writer has the market in memory and brings all of it back, and goes on.</summary>
    [Test]
    public void An_emptied_store_is_filled_again_without_reading_the_journal()
    {
        var last = _end / 2;
        using var follower = new JournalFollower(_store.NewReplicator(), _journal, () => last, batchCount: 50);
        StepToEnd(follower);
        last = follower.Position.Sequence;
        var before = _store.Dump();
        Empty();

        follower.Close();
        follower.Step();
        Assert.That(_store.Dump(), Is.EqualTo(before));

        last = _end;
        StepToEnd(follower);
        Assert.That(_store.Verify(_end).Differences, Is.Empty);
    }

    [Test]
    public void A_symbol_that_was_evicted_or_changed_is_written_whole_at_its_next_change_or_connection()
    {
        var last = _end / 2;
        using var follower = new JournalFollower(_store.NewReplicator(), _journal, () => last, batchCount: 50);
        StepToEnd(follower);
        last = follower.Position.Sequence;
        var keys = _store.Keys.OfSymbol(Names()[0]);
        _store.Database.KeyDelete(keys[RedisKeys.Head]);
        _store.Database.HashSet(keys[RedisKeys.Depth], "b1", 7);
        Assert.That(_store.Verify(last).Differences, Has.Some.Contains(keys[RedisKeys.Depth]).And.Some.Contains("version"));

        follower.Close();
        follower.Step();
        Assert.That(_store.Verify(last).Differences, Is.Empty, "at the next connection");

        _store.Database.KeyDelete([.. keys.Select(key => (RedisKey)key)]);
        last = _end;
        StepToEnd(follower);
        Assert.That(_store.Verify(_end).Differences, Is.Empty, "at the next change");
    }

    /// <summary>As the host starts: the views of the recovery are taken over, whatever older state the store holds.</summary>
    [TestCase(0)]
    [TestCase(100)]
    public void A_start_takes_over_the_recovered_market(long stored)
    {
        if (stored > 0)
        {
            Follow(_store.NewReplicator(), stored, batchCount: 50);
        }

        var half = _end / 2;
        var (view, symbols) = (new MarketDataView(), new SymbolDirectory());
        foreach (var record in _stream.Records.Take((int)half))
        {
            symbols.Apply(new Record(record), CommandSlot.NoReply);
            view.Apply(new Record(record), CommandSlot.NoReply);
        }

        var store = new RedisStore(Options.Create(_store.Options), new MarketFolds(view), symbols);
        store.Recovered(_journal, half, () => _end);
        Follow(store.NewReplicator(), _end, batchCount: 50);

        Assert.That(_store.Verify(_end).Differences, Is.Empty);
        Assert.That(store.Verify(_journal, _end).Sequence, Is.EqualTo(_end));
    }

    [Test]
    public void A_start_refuses_a_store_that_followed_another_journal()
    {
        var other = new StreamJournal(Seed + 1, Commands, withHashes: false);
        using var foreign = new RedisTestStore(other.ToDisk(seed: 2), LocalServices.Shared.RedisAddress, _store.Options.KeyPrefix);
        using (var follower = new JournalFollower(foreign.NewReplicator(), other.ToDisk(seed: 2), () => 100, batchCount: 50))
        {
            StepToEnd(follower);
        }

        var before = _store.Dump();
        var (view, symbols) = (new MarketDataView(), new SymbolDirectory());
        foreach (var record in _stream.Records.Take(300))
        {
            symbols.Apply(new Record(record), CommandSlot.NoReply);
            view.Apply(new Record(record), CommandSlot.NoReply);
        }

        var store = new RedisStore(Options.Create(_store.Options), new MarketFolds(view), symbols);
        store.Recovered(_journal, 300, () => _end);

        Assert.That(() => store.NewReplicator().Open(), Throws.TypeOf<RebuildNeededException>().With.Message.Contains("another journal"));
        Assert.That(() => store.Verify(_journal, _end), Throws.TypeOf<RebuildNeededException>());
        Assert.That(_store.Dump(), Is.EqualTo(before), "the store is left alone");

        Assert.That(store.Rebuild(_journal, _end), Is.EqualTo(_end));
        Assert.That(store.Verify(_journal, _end).Differences, Is.Empty, "rebuilt");
    }

    [Test]
    public void Verify_finds_each_kind_of_difference_and_rebuild_ends_it()
    {
        Follow(_store.NewReplicator(), _end, batchCount: 50);
        var keys = _store.Keys.OfSymbol(Names()[0]);
        _store.Database.HashSet(keys[RedisKeys.Depth], "b1", 7);
        _store.Database.StringAppend(keys[RedisKeys.BookTicker], " ");
        _store.Database.ListRightPop(keys[RedisKeys.Trades]);
        _store.Database.StringAppend(keys[RedisKeys.Ticker], " ");
        _store.Database.SortedSetAdd(keys[RedisKeys.FirstCandles], "[]", 1);
        _store.Database.SetAdd(_store.Keys.Symbols, "NOBODY");

        var found = _store.Verify(_end).Differences;

        Assert.That(found, Has.Count.EqualTo(6), string.Join('\n', found));
        Assert.That(found, Has.Some.Contains("depth: 1 too much (b1=7), 0 missing").And.Some.Contains("NOBODY").And.Some.Contains("trades: 0 too much, 1 missing"));
        var store = new RedisStore(Options.Create(_store.Options), _store.Folds, new SymbolDirectory());
        store.Rebuild(_journal, _end);
        Assert.That(store.Verify(_journal, _end).Differences, Is.Empty);
    }

    private void Follow(IReplicator replicator, long end, int batchCount)
    {
        using var follower = new JournalFollower(replicator, _journal, () => end, batchCount);
        StepToEnd(follower);
    }

    private static void StepToEnd(JournalFollower follower)
    {
        while (follower.Step())
        {
        }
    }

    private List<string> Names() => [.. _store.Database.SetMembers(_store.Keys.Symbols).Select(name => (string)name!).Order(StringComparer.Ordinal)];

    private void Empty()
    {
        foreach (var name in Names())
        {
            _store.Database.KeyDelete([.. _store.Keys.OfSymbol(name).Select(key => (RedisKey)key)]);
        }

        _store.Database.KeyDelete([_store.Keys.Position, _store.Keys.Symbols]);
    }

    /// <summary>Hands over each message on the channels whose name behind the prefix has the pattern, with the name of its symbol.</summary>
    private void Listen(string pattern, Action<string, JsonElement> onMessage)
    {
        var prefix = _store.Options.KeyPrefix;
        _store.Subscriber.Subscribe(new RedisChannel(prefix + pattern, RedisChannel.PatternMode.Pattern), (channel, message) =>
        {
            var name = ((string)channel!)[prefix.Length..];
            onMessage(name[1..name.IndexOf('}', StringComparison.Ordinal)], JsonDocument.Parse((string)message!).RootElement.Clone());
        });
    }

    /// <summary>Returns when everything that was published before has been handed over: messages of one connection come in their order.</summary>
    private void Settle()
    {
        var name = _store.Options.KeyPrefix + "settled";
        using var settled = new ManualResetEventSlim();
        _store.Subscriber.Subscribe(name, (_, _) => settled.Set());
        _store.Subscriber.Publish(name, "");
        Assert.That(settled.Wait(HostProcess.Patience), Is.True);
    }

    private static void Change(SortedSet<string> book, JsonElement levels, string side)
    {
        foreach (var level in levels.EnumerateArray())
        {
            book.RemoveWhere(known => known.StartsWith($"{side}{level[0]}=", StringComparison.Ordinal));
            if (level[1].GetInt64() > 0)
            {
                book.Add($"{side}{level[0]}={level[1]}");
            }
        }
    }
}
