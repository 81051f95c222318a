using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.DynamoDb;
using Exchange.Replication.Market;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Integration.DynamoDb;

/// <summary>A deep book, many chunks of it: whoever reads it reads a whole one, whatever is broken off, and a small change is a small write.</summary>
[TestFixture]
internal sealed class DynamoDbBookTests
{
    private readonly DrawnMarket _market = new();
    private DynamoDbTestStore _store = null!;
    private DynamoDbConnection _connection = null!;

    [SetUp]
    public void NewStore()
    {
        _store = new DynamoDbTestStore(new FaultyDisk(), LocalServices.Shared.DynamoDbUrl);
        _store.Options.DepthLevels = 2_000;
        _connection = _store.Connect();
        _store.Tables.PrepareAsync(_connection.Client).GetAwaiter().GetResult();
    }

    [TearDown]
    public void DropStore()
    {
        _connection.Dispose();
        _store.Dispose();
    }

    /// <summary>Chunks are written, the header is not, for whatever reason, at any write: the old book stands whole until the new one does.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void A_book_that_is_half_written_is_the_old_one_whole(int seed)
    {
        var random = new Random(seed);
        var book = DrawnMarket.NewBook();
        var isBroken = false;
        var failures = 0;
        var writer = NewWriter(_ =>
        {
            if (isBroken && random.Next(4) == 0)
            {
                throw new TestFailure();
            }
        });
        Text? stored = null;
        for (var round = 1; round <= 30; round++)
        {
            // Far more than fits into the chunks of before, or a touch.
            _market.Change(random, levels: round % 6 == 1 ? 400 : 3);
            book.Touch(new ItemStamp(1, round), timeUs: round, _market.UpdateId);
            for (isBroken = true; ; isBroken = random.Next(3) > 0)
            {
                try
                {
                    writer.Write(_market.Books, [book], _connection);
                    break;
                }
                catch (TestFailure)
                {
                    failures++;
                    Assert.That(Read(), Is.EqualTo(stored), $"round {round}, failure {failures}: the old book");
                    if (random.Next(2) == 0)
                    {
                        // As after a restart: it is known what the store says, and nothing else.
                        book = DrawnMarket.NewBook();
                        book.Touch(new ItemStamp(1, round), timeUs: round, _market.UpdateId);
                        book.Found(DynamoDbConnection.Wait(_connection.GetAsync(_store.Tables.Books, DynamoDbTables.BookKey(book.Symbol.Name, BookItem.Head))));
                    }
                }
            }

            stored = Read();
            Assert.That(stored, Is.EqualTo(_market.Text), $"round {round}: the new book");
        }

        Assert.That(failures, Is.GreaterThan(15));
    }

    [Test]
    public void One_level_is_one_chunk_and_the_header_and_places_are_used_again()
    {
        var random = new Random(3);
        var book = DrawnMarket.NewBook();
        var writes = new List<string>();
        var writer = NewWriter(writes.Add);
        _market.Change(random, levels: 1_500);
        Write(1);
        var whole = writes.Count;
        Assert.That(whole, Is.GreaterThan(10), "a book of many chunks");
        for (var round = 2; round < 100; round++)
        {
            writes.Clear();
            _market.Change(random, levels: 1);
            Write(round);
            Assert.That(writes, Has.Count.InRange(2, 3), "the level's chunk, another where it parts or joins two, the header");
        }

        Assert.That(Read(), Is.EqualTo(_market.Text));
        Assert.That(_connection.Scan(_store.Tables.Books).Count(), Is.LessThan(2 * whole));

        void Write(long sequence)
        {
            book.Touch(new ItemStamp(1, sequence), sequence, _market.UpdateId);
            writer.Write(_market.Books, [book], _connection);
        }
    }

    /// <summary>A header that cannot be written, again and again, while nothing changes: the tries leave the places of two books, not of as many as there were.</summary>
    [Test]
    public void Tries_that_are_broken_off_take_no_further_places()
    {
        var random = new Random(5);
        _market.Change(random, levels: 1_500);
        var writer = NewWriter(write =>
        {
            if (write.StartsWith("head ", StringComparison.Ordinal))
            {
                throw new TestFailure();
            }
        });
        var places = new List<int>();
        for (var tries = 1; tries <= 6; tries++)
        {
            var book = DrawnMarket.NewBook();
            book.Touch(new ItemStamp(1, 1), timeUs: 1, _market.UpdateId);
            Assert.That(() => writer.Write(_market.Books, [book], _connection), Throws.TypeOf<TestFailure>());
            places.Add(_connection.Scan(_store.Tables.Books).Count());
        }

        Assert.That(places[0], Is.GreaterThan(10));
        Assert.That(places, Is.All.EqualTo(places[0]));
    }

    /// <summary>Beside a writer that never rests, a reader only ever has books that once were.</summary>
    [Test]
    public async Task Whoever_reads_while_it_is_written_has_a_book_that_was()
    {
        var random = new Random(4);
        var book = DrawnMarket.NewBook();
        var writer = NewWriter(null);
        var known = new System.Collections.Concurrent.ConcurrentDictionary<long, string>();
        Next(1);
        using var done = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            List<Text> read = [];
            using var connection = _store.Connect();
            while (!done.IsCancellationRequested)
            {
                read.Add(Read(connection)!);
            }

            return read;
        });
        for (var round = 2; round < 80; round++)
        {
            Next(round);
        }

        await done.CancelAsync();
        var all = await reading;
        Assert.That(all.Select(each => each.UpdateId).Distinct().Count(), Is.GreaterThan(5));
        Assert.That(all.Where(each => known[each.UpdateId] != each.Levels), Is.Empty);

        void Next(long sequence)
        {
            _market.Change(random, levels: 20);
            known[_market.UpdateId] = _market.Text.Levels;
            book.Touch(new ItemStamp(1, sequence), sequence, _market.UpdateId);
            writer.Write(_market.Books, [book], _connection);
        }
    }

    private BookWriter NewWriter(Action<string>? beforeWrite) => new(_store.Tables, _store.Options, TimeProvider.System, beforeWrite);

    private Text? Read() => Read(_connection);

    private Text? Read(DynamoDbConnection connection) =>
        BookReader.Read(connection, _store.Tables, DrawnMarket.Symbol.Name) is { } book ? new Text(book.UpdateId, $"{string.Join(' ', book.Bids)} | {string.Join(' ', book.Asks)}") : null;

    private sealed record Text(long UpdateId, string Levels);

    private sealed class TestFailure : Exception;

    /// <summary>A market with one book, of levels that a test draws.</summary>
    private sealed class DrawnMarket : IMarketFold
    {
        private const int Middle = 100_000;

        private readonly SortedDictionary<long, long> _levels = [];

        public DrawnMarket() => Books = new Books(new MarketReplica(this, new SymbolDirectory(), 0));

        public static Symbol Symbol { get; } = SampleSymbols.New(SampleSymbols.Spec);

        public Books Books { get; }

        public long UpdateId { get; private set; }

        public int ChangedSymbolId => IMarketFold.NoSymbol;

        public Text Text
        {
            get
            {
                var (bids, asks) = (new List<DepthLevel>(), new List<DepthLevel>());
                CopyDepth(0, int.MaxValue, bids, asks);
                return new Text(UpdateId, $"{string.Join(' ', bids)} | {string.Join(' ', asks)}");
            }
        }

        public static BookMirror NewBook() => new(Symbol);

        public void Change(Random random, int levels)
        {
            UpdateId++;
            for (var i = 0; i < levels; i++)
            {
                var price = Middle + random.Next(-1_000, 1_000);
                if (!_levels.Remove(price))
                {
                    _levels.Add(price, random.Next(1, 1_000));
                }
            }
        }

        public long CopyDepth(int symbolId, int limit, List<DepthLevel> bids, List<DepthLevel> asks)
        {
            bids.Clear();
            asks.Clear();
            bids.AddRange(_levels.Where(level => level.Key < Middle).Reverse().Take(limit).Select(level => new DepthLevel(level.Key, level.Value)));
            asks.AddRange(_levels.Where(level => level.Key >= Middle).Take(limit).Select(level => new DepthLevel(level.Key, level.Value)));
            return UpdateId;
        }

        public void CopyTradesSince(int symbolId, long fromId, int limit, List<PublicTrade> trades) => throw new NotSupportedException();

        public long CopyTradedCandles(int symbolId, int interval, long fromUs, int limit, List<Candle> candles) => throw new NotSupportedException();

        public MarketStatistics StatisticsSince(int symbolId, long fromUs) => throw new NotSupportedException();

        public void Save(SnapshotWriter writer) => throw new NotSupportedException();

        public void Load(SnapshotReader reader) => throw new NotSupportedException();

        public void BeginBatch()
        {
        }

        public void Apply(in Record record, int replyToken)
        {
        }

        public void EndBatch()
        {
        }
    }
}
