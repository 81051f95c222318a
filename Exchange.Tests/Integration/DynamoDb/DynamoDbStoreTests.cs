using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication;
using Exchange.Replication.DynamoDb;
using Exchange.Replication.Following;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Exchange.Tests.Integration.DynamoDb;

/// <summary>What other processes rely on, and what happens to it when the writer, another writer or a rebuild is broken off.</summary>
[TestFixture]
internal sealed class DynamoDbStoreTests
{
    private const ulong Seed = 916;
    private const int Commands = 800;

    private StreamJournal _stream = null!;
    private FaultyDisk _journal = null!;
    private long _end;
    private DynamoDbTestStore _store = null!;

    [OneTimeSetUp]
    public void MakeJournal()
    {
        _stream = new StreamJournal(Seed, Commands, withHashes: false);
        _journal = _stream.ToDisk(seed: 3);
        _end = _stream.Records.Count;
    }

    [SetUp]
    public void NewStore() => _store = new DynamoDbTestStore(_journal, LocalServices.Shared.DynamoDbUrl);

    [TearDown]
    public void DropStore() => _store.Dispose();

    [Test]
    public void Orders_are_found_by_account_and_id_and_open_ones_by_symbol()
    {
        Follow(_store.NewReplicator(), _end, batchCount: 50);
        var expected = FoldedOrders(_end);
        using var connection = _store.Connect();
        var open = new List<long>();
        foreach (var symbol in expected.Select(order => order.Symbol).Distinct())
        {
            var found = connection.Client.QueryAsync(new QueryRequest
            {
                TableName = _store.Tables.Orders,
                IndexName = DynamoDbTables.OpenBySymbol,
                KeyConditionExpression = "openSymbol = :symbol",
                ExpressionAttributeValues = new() { [":symbol"] = Item.Text(symbol) },
            }).GetAwaiter().GetResult().Items;
            Assert.That(found.Select(item => item.Text("symbol")), Is.All.EqualTo(symbol));
            open.AddRange(found.Select(item => item.Number("orderId")));
        }

        Assert.That(open, Is.EquivalentTo(expected.Where(order => order.Order.IsOpen).Select(order => order.Order.OrderId)));
        Assert.That(open, Is.Not.Empty);
        foreach (var (order, symbol) in expected.Where((_, index) => index % 10 == 0))
        {
            var item = DynamoDbConnection.Wait(connection.GetAsync(_store.Tables.Orders, OrderItem.KeyOf(order.AccountId, order.OrderId)))!;
            Assert.That(OrderItem.StateOf(item), Is.EqualTo(order));
            Assert.That(item.Text("symbol"), Is.EqualTo(symbol));
        }
    }

    [Test]
    public void An_order_is_written_once_in_a_batch_however_often_it_changes()
    {
        var written = new List<string>();
        Follow(_store.NewReplicator(written.Add), _end, batchCount: int.MaxValue);

        var orders = written.Where(write => write.StartsWith("order ", StringComparison.Ordinal)).ToList();
        Assert.That(orders, Is.Unique);
        Assert.That(orders, Has.Count.EqualTo(FoldedOrders(_end).Count));
    }

    /// <summary>A batch whose items were all written, and whose position was not: the next writer does it again, cut otherwise, and nothing changes.</summary>
    [Test]
    public void A_batch_that_comes_again_changes_nothing()
    {
        var half = _end / 2;
        Follow(_store.NewReplicator(), half, batchCount: 50);
        var (stood, position) = (new List<string>(), ReadPosition());
        Assert.That(
            () => Follow(_store.NewReplicator(write => Break(write == "position" && stood.Count > 0, stood, write)), _end, batchCount: int.MaxValue),
            Throws.TypeOf<TestFailure>());
        Assert.That(ReadPosition().Position, Is.EqualTo(position.Position));
        Assert.That(ReadPosition().Next.Sequence, Is.EqualTo(_end));
        var (orders, books) = (_store.DumpOrders().Where(IsNoPosition).ToList(), _store.DumpBooks());

        Follow(_store.NewReplicator(), _end, batchCount: 7);

        Assert.That(_store.DumpOrders().Where(IsNoPosition), Is.EqualTo(orders));
        Assert.That(_store.DumpBooks(), Is.EqualTo(books));
        Assert.That(_store.Verify(_end).Differences, Is.Empty);
        Assert.That(ReadPosition().IsUnderWay, Is.False);
    }

    /// <summary>Items ahead of the position are folded from what they were: a batch that goes on further than the one that was broken off is right, too.</summary>
    [TestCase(3)]
    [TestCase(40)]
    [TestCase(90)]
    public void A_batch_that_was_broken_off_is_gone_on_with_from_what_its_items_were(int writes)
    {
        var half = _end / 2;
        Follow(_store.NewReplicator(), half, batchCount: 50);
        var count = 0;
        Assert.That(() => Follow(_store.NewReplicator(_ => Break(++count == writes)), _end - 100, batchCount: int.MaxValue), Throws.TypeOf<TestFailure>());
        Assert.That(_store.Verify(_end).Differences, Is.Empty);

        Follow(_store.NewReplicator(), _end, batchCount: 1);

        Assert.That(_store.Verify(_end).Differences, Is.Empty);
        Assert.That(_store.Verify(_end).Sequence, Is.EqualTo(_end));
    }

    [Test]
    public void A_journal_that_ends_before_what_was_announced_asks_for_a_rebuild()
    {
        var half = _end / 2;
        var count = 0;
        Assert.That(() => Follow(_store.NewReplicator(_ => Break(++count == 20)), _end, batchCount: int.MaxValue), Throws.TypeOf<TestFailure>());
        var before = _store.DumpOrders();

        Assert.That(() => Follow(_store.NewReplicator(), half, batchCount: 50), Throws.TypeOf<RebuildNeededException>().With.Message.Contains($"{_end}"));
        Assert.That(() => _store.Verify(half), Throws.TypeOf<RebuildNeededException>());
        Assert.That(_store.DumpOrders(), Is.EqualTo(before), "the store is left alone");
    }

    [Test]
    public void What_was_announced_from_another_journal_asks_for_a_rebuild()
    {
        var count = 0;
        var other = new StreamJournal(Seed + 1, Commands, withHashes: false).ToDisk(seed: 3);
        Assert.That(() => Follow(_store.NewReplicator(_ => Break(++count == 20)), 200, batchCount: int.MaxValue), Throws.TypeOf<TestFailure>());

        Assert.That(() => Follow(_store.NewReplicator(), 300, batchCount: 50, other), Throws.TypeOf<RebuildNeededException>().With.Message.Contains("another record"));
    }

    [Test]
    public void A_writer_of_an_older_epoch_changes_nothing()
    {
        Follow(_store.NewReplicator(), _end / 2, batchCount: 50);
        using var connection = _store.Connect();
        SetEpochs(connection, _store.Tables.Orders, item => item.Text("account") != StoredPosition.Account, epoch: 2);
        SetEpochs(connection, _store.Tables.Books, item => item.Text("chunk") == BookItem.Head, epoch: 2);
        var (orders, books) = (_store.DumpOrders().Where(line => line.Contains("epoch=2", StringComparison.Ordinal)).ToList(), _store.DumpBooks());
        Assert.That(orders, Is.Not.Empty);

        // Enough memory to need no order again that it could not write.
        _store.Options.OpenOrdersCached = 1_000;
        Follow(_store.NewReplicator(), _end, batchCount: 50);

        Assert.That(_store.DumpOrders(), Is.SupersetOf(orders));
        Assert.That(_store.DumpBooks(), Is.EqualTo(books));
    }

    [TestCase(1, 5, true)]
    [TestCase(1, 4, false)]
    [TestCase(1, 3, false)]
    [TestCase(2, 1, true)]
    [TestCase(0, 9, false)]
    public void An_item_is_written_over_what_is_older_by_epoch_and_then_by_sequence(long epoch, long sequence, bool isWritten)
    {
        using var connection = _store.Connect();
        _store.Tables.PrepareAsync(connection.Client).GetAwaiter().GetResult();
        Assert.That(Put(1, 4, "first"), Is.True, "where nothing stands");

        Assert.That(Put(epoch, sequence, "second"), Is.EqualTo(isWritten));
        var stands = DynamoDbConnection.Wait(connection.GetAsync(_store.Tables.Books, DynamoDbTables.BookKey("S", "c")))!;
        Assert.That(stands.Text("text"), Is.EqualTo(isWritten ? "second" : "first"));

        bool Put(long epoch, long sequence, string text)
        {
            var item = DynamoDbTables.BookKey("S", "c");
            item.Stamp(new ItemStamp(epoch, sequence));
            item["text"] = Item.Text(text);
            return DynamoDbConnection.Wait(connection.TryPutNewerAsync(_store.Tables.Books, item));
        }
    }

    [Test]
    public void A_book_is_written_at_most_once_in_the_interval()
    {
        _store.Options.BookIntervalMs = 100;
        var clock = new LeapingClock();
        var writtenAt = new Dictionary<string, TimeSpan>();
        var gaps = new List<TimeSpan>();
        var begun = clock.Now;
        Follow(_store.NewReplicator(
            write =>
            {
                if (write.StartsWith("head ", StringComparison.Ordinal))
                {
                    if (writtenAt.TryGetValue(write, out var last))
                    {
                        gaps.Add(clock.Now - last);
                    }

                    writtenAt[write] = clock.Now;
                }
            },
            clock), _end, batchCount: 5);

        Assert.That(gaps, Has.Count.GreaterThan(50));
        Assert.That(gaps, Is.All.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That(gaps.Min(), Is.EqualTo(TimeSpan.FromMilliseconds(100)), "and not waited for longer");
        Assert.That(_store.Verify(_end).Differences, Is.Empty);
        Assert.That(clock.Now, Is.GreaterThan(begun));
    }

    /// <summary>As the host starts: the market of the recovery is taken over, whatever older state the store holds.</summary>
    /// <param name="parts">Of the journal's halves, those that were recovered: with both, no record that follows changes the market.</param>
    [TestCase(0, 1)]
    [TestCase(100, 1)]
    [TestCase(100, 2)]
    public void A_start_takes_over_the_recovered_market(long stored, int parts)
    {
        if (stored > 0)
        {
            Follow(_store.NewReplicator(), stored, batchCount: 50);
        }

        var store = Recovered(_end * parts / 2, _stream);
        Follow(store.NewReplicator(), _end, batchCount: 50);

        Assert.That(_store.Verify(_end).Differences, Is.Empty);
        Assert.That(store.Verify(_journal, _end).Sequence, Is.EqualTo(_end));
    }

    [Test]
    public void A_start_refuses_a_store_that_followed_another_journal()
    {
        Follow(_store.NewReplicator(), 200, batchCount: 50, new StreamJournal(Seed + 1, Commands, withHashes: false).ToDisk(seed: 3));
        var before = _store.DumpOrders();
        var store = Recovered(300, _stream);

        Assert.That(() => store.NewReplicator().Open(), Throws.TypeOf<RebuildNeededException>().With.Message.Contains("another journal"));
        Assert.That(() => store.Verify(_journal, _end), Throws.TypeOf<RebuildNeededException>());
        Assert.That(_store.DumpOrders(), Is.EqualTo(before), "the store is left alone");

        Assert.That(store.Rebuild(_journal, _end), Is.EqualTo(_end));
        Assert.That(store.Verify(_journal, _end).Differences, Is.Empty, "rebuilt");
    }

    [Test]
    public void Verify_finds_each_kind_of_difference_and_rebuild_ends_it()
    {
        Follow(_store.NewReplicator(), _end, batchCount: 50);
        using var connection = _store.Connect();
        var orders = connection.Scan(_store.Tables.Orders).Where(item => item.Text("account") != StoredPosition.Account).ToList();
        var open = orders.First(item => item.ContainsKey(DynamoDbTables.OpenSymbol));
        Change(connection, _store.Tables.Orders, open, item => item.Remove(DynamoDbTables.OpenSymbol));
        var closed = orders.Where(item => !item.ContainsKey(DynamoDbTables.OpenSymbol)).Take(4).ToList();
        Change(connection, _store.Tables.Orders, closed[0], item => item["executedQuantity"] = Item.Number(item.Number("executedQuantity") + 1));
        Change(connection, _store.Tables.Orders, closed[1], item => item.Stamp(new ItemStamp(0, 1)));
        Change(connection, _store.Tables.Orders, closed[2], item => item["orderId"] = Item.Number(999_999_999));
        connection.DeleteAll(_store.Tables.Orders, [OrderItem.KeyOf(OrderItem.StateOf(closed[3]).AccountId, closed[3].Number("orderId"))]);
        var heads = connection.Scan(_store.Tables.Books).Where(item => item.Text("chunk") == BookItem.Head).ToList();
        Assert.That(heads, Has.Count.GreaterThanOrEqualTo(3));
        Change(connection, _store.Tables.Books, heads[0], item => item["updateId"] = Item.Number(7));
        connection.DeleteAll(_store.Tables.Books, [DynamoDbTables.BookKey(heads[1].Text("symbol"), BookItem.Head)]);
        var chunk = BookItem.BidsOf(heads[2]).Concat(BookItem.AsksOf(heads[2])).First();
        Change(connection, _store.Tables.Books, BookItem.ChunkOf(heads[2].Text("symbol"), chunk.Slot, chunk.Stamp, "[[1,7]]"), _ => { });
        Change(connection, _store.Tables.Books, heads[0], item => item["symbol"] = Item.Text("NOBODY"));

        var found = _store.Verify(_end).Differences;

        string[] expected =
        [
            $"order {open.Number("orderId")} ", $"order {closed[0].Number("orderId")} ", $"order {closed[1].Number("orderId")} ", "order 999999999 ",
            $"order {closed[3].Number("orderId")} is not stored", $"{heads[0].Text("symbol")}: at update 7", $"{heads[1].Text("symbol")}: not stored",
            "(7 lots at 1 ticks)", "NOBODY",
        ];
        Assert.Multiple(() => Array.ForEach(expected, part => Assert.That(found, Has.Some.Contains(part))));
        Assert.That(found, Has.Count.EqualTo(expected.Length), string.Join('\n', found));

        var store = Recovered(_end, _stream);
        store.Rebuild(_journal, _end);
        Assert.That(store.Verify(_journal, _end).Differences, Is.Empty);
    }

    [Test]
    public void A_rebuild_that_was_broken_off_is_finished_at_the_next_start()
    {
        Follow(_store.NewReplicator(), _end / 2, batchCount: 50);
        using var connection = _store.Connect();
        var stored = ReadPosition();
        stored.Replace(connection, _store.Tables.Orders, new StoredPosition(default, default, IsClearing: true));
        Assert.That(() => _store.Verify(_end), Throws.TypeOf<RebuildNeededException>());

        // An item that the journal does not have, as another journal would have left it.
        var alien = OrderItem.KeyOf(1, 999_999_999);
        alien.Stamp(new ItemStamp(1, 1));
        Change(connection, _store.Tables.Orders, alien, _ => { });
        Follow(_store.NewReplicator(), _end, batchCount: 50);

        Assert.That(_store.Verify(_end).Differences, Is.Empty);
    }

    [Test]
    public void Tables_that_are_missing_or_have_other_keys_are_told_and_left_alone()
    {
        _store.Options.Create = false;
        Assert.That(() => _store.NewReplicator().Open(), Throws.TypeOf<StoreUnfitException>().With.Message.Contains(_store.Tables.Orders));

        using var connection = _store.Connect();
        var other = new CreateTableRequest(_store.Tables.Books, [new KeySchemaElement("symbol", "HASH")], [new AttributeDefinition("symbol", "S")], null);
        other.BillingMode = "PAY_PER_REQUEST";
        connection.Client.CreateTableAsync(other).GetAwaiter().GetResult();
        _store.Options.Create = true;
        Assert.That(
            () =>
            {
                // A new table is told before it can be used.
                while (connection.Client.DescribeTableAsync(_store.Tables.Books).GetAwaiter().GetResult().Table.TableStatus != "ACTIVE")
                {
                }

                Follow(_store.NewReplicator(), _end, batchCount: 50);
            },
            Throws.TypeOf<StoreUnfitException>().With.Message.Contains("other keys"));
    }

    private DynamoDbStore Recovered(long sequence, StreamJournal stream)
    {
        var (view, symbols) = (new MarketDataView(), new SymbolDirectory());
        foreach (var record in stream.Records.Take((int)sequence))
        {
            symbols.Apply(new Record(record), CommandSlot.NoReply);
            view.Apply(new Record(record), CommandSlot.NoReply);
        }

        var store = new DynamoDbStore(Options.Create(_store.Options), _store.Clients, new MarketFolds(view), symbols);
        store.Recovered(_journal, sequence, () => _end);
        return store;
    }

    /// <summary>Every order of the journal as it stands in the end, by the fold of the views.</summary>
    private List<(OrderState Order, string Symbol)> FoldedOrders(long end)
    {
        var symbols = new SymbolDirectory();
        var orders = new StampedOrders(() => symbols, int.MaxValue);
        var all = new SortedDictionary<long, OrderState>();
        foreach (var bytes in _stream.Records.Take((int)end))
        {
            var record = new Record(bytes);
            symbols.Apply(record, CommandSlot.NoReply);
            orders.Apply(1, record);
            foreach (var row in orders.Touched)
            {
                all[orders[row].OrderId] = orders[row];
            }

            orders.Committed();
        }

        return [.. all.Values.Select(order => (order, symbols.Symbol(order.SymbolId).Name))];
    }

    private StoredPosition ReadPosition()
    {
        using var connection = _store.Connect();
        return StoredPosition.Read(connection, _store.Tables.Orders);
    }

    private void Follow(IReplicator replicator, long end, int batchCount, FaultyDisk? journal = null)
    {
        using var follower = new JournalFollower(replicator, journal ?? _journal, () => end, batchCount);
        while (follower.Step())
        {
        }
    }

    /// <summary>Puts an item, changed, over whatever stands there.</summary>
    private static void Change(DynamoDbConnection connection, string table, Dictionary<string, AttributeValue> item, Action<Dictionary<string, AttributeValue>> change)
    {
        var changed = new Dictionary<string, AttributeValue>(item);
        change(changed);
        Assert.That(DynamoDbConnection.Wait(connection.TryPutAsync(new PutItemRequest(table, changed))), Is.True);
    }

    private static void SetEpochs(DynamoDbConnection connection, string table, Func<Dictionary<string, AttributeValue>, bool> isMeant, long epoch)
    {
        foreach (var item in connection.Scan(table).Where(isMeant).ToList())
        {
            Change(connection, table, item, changed => changed[Item.Epoch] = Item.Number(epoch));
        }
    }

    private static bool IsNoPosition(string line) => !line.Contains($"account={StoredPosition.Account}", StringComparison.Ordinal);

    private static void Break(bool isNow, List<string>? seen = null, string write = "")
    {
        seen?.Add(write);
        if (isNow)
        {
            throw new TestFailure();
        }
    }

    private sealed class TestFailure : Exception;
}
