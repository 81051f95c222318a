using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Exchange.Replication.Sql.Sqlite;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using Microsoft.Data.Sqlite;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>
/// Random streams with a small window in memory and a history that follows now and then: every query answers as a memory without bound
/// would, or says up to which sequence it is complete.
/// </summary>
public sealed class HistoryMergeTests
{
    private const int Commands = 1_200;
    private const int Accounts = 40;

    [TestCase(21UL, 1, "sqlite")]
    [TestCase(22UL, 8, "sqlite")]
    [TestCase(23UL, 60, "sqlite")]
    [TestCase(24UL, 1, "postgres")]
    [TestCase(25UL, 8, "postgres")]
    public async Task Window_and_store_answer_as_a_memory_without_bound(ulong seed, int kept, string provider)
    {
        var stream = new StreamJournal(seed, Commands, withHashes: false);
        var random = new Random((int)seed);
        var disk = new FaultyDisk();
        using var store = HistoryStore.On(provider);
        var durable = 0L;
        using var follower = new JournalFollower(store.NewReplicator(), disk, () => durable, batchCount: 200);
        using var history = new SqlHistory(
            store.Database.NewReader, () => follower.Position.Sequence, 4, TimeSpan.FromSeconds(10));
        var symbols = new SymbolDirectory();
        var window = new OrdersView(symbols, kept, kept, () => follower.Position.Sequence);
        var module = new OrdersModule(window, history, new Support.Fakes.FakeGateway(), new ManualJournalTime());
        var unbounded = new OrdersView(symbols, 1_000_000, 1_000_000);
        IRecordConsumer[] views = [symbols, window, unbounded];
        var answers = new Answers(module, unbounded, random);

        using var appender = StreamJournal.Open(disk, JournalEnd.Empty);
        for (var next = 0; next < stream.Records.Count;)
        {
            for (var left = random.Next(1, 9); left > 0 && next < stream.Records.Count; left--)
            {
                appender.Append(stream.Records[next]);
                Array.ForEach(views, view => Apply(view, stream.Records[next]));
                next++;
            }

            durable = appender.Commit();
            if (random.Next(12) == 0)
            {
                follower.Step();
            }

            await answers.CompareAsync(symbols.Symbols.Length);
        }

        Assert.That(answers.Whole, Is.GreaterThan(50));
        Assert.That(answers.Lagging, Is.GreaterThan(kept < 50 ? 10 : 0));
        while (follower.Step())
        {
        }

        var lagging = answers.Lagging;
        for (var i = 0; i < 200; i++)
        {
            await answers.CompareAsync(symbols.Symbols.Length);
        }

        Assert.That(answers.Lagging, Is.EqualTo(lagging), "with the store at the end every answer is whole");
    }

    [Test]
    public async Task Public_trades_of_any_range_are_those_of_the_journal([Values("sqlite", "postgres")] string provider)
    {
        var stream = new StreamJournal(32, 2_000, withHashes: false);
        using var store = HistoryStore.On(provider).Follow(stream.ToDisk(seed: 1), stream.Records.Count);
        using var history = new SqlHistory(
            store.Database.NewReader, () => 1, 4, TimeSpan.FromSeconds(10));
        var trades = stream.Records.SelectMany(TradesOf).ToLookup(trade => trade.Symbol, trade => trade.Trade);
        var random = new Random(9);
        for (var i = 0; i < 400; i++)
        {
            var symbol = trades.ElementAt(random.Next(trades.Count));
            var pivot = symbol.ElementAt(random.Next(symbol.Count()));
            var query = new TradeQuery(
                symbol.Key,
                random.Next(4) == 0 ? pivot.TradeId : 0,
                random.Next(3) == 0 ? pivot.AggregateTradeId : 0,
                random.Next(3) == 0 ? pivot.TimeUs : 0,
                random.Next(3) == 0 ? pivot.TimeUs + random.Next(500) : long.MaxValue,
                random.Next(1, 20),
                random.Next(2) == 0);
            var inRange = symbol.Where(trade => trade.TradeId >= query.FromTradeId && trade.AggregateTradeId >= query.FromAggregateTradeId
                && trade.TimeUs >= query.FromUs && trade.TimeUs <= query.ToUs).ToList();
            var found = new List<HistoricalTrade>();
            await history.AddTradesAsync(query, found, default);
            Assert.That(found, Is.EqualTo(query.TakesNewest ? inRange.TakeLast(query.Limit) : inRange.Take(query.Limit)), $"{query}");
        }
    }

    private static List<(int Symbol, HistoricalTrade Trade)> TradesOf(byte[] bytes)
    {
        var record = new Record(bytes);
        var events = record.Events;
        var trades = new List<(int, HistoricalTrade)>();
        while (events.MoveNext())
        {
            if (events.Type == EventType.TradeExecuted)
            {
                var trade = events.As<TradeExecuted>();
                trades.Add((record.SymbolId, new HistoricalTrade(
                    trade.TradeId, trade.AggregateTradeId, trade.Price, trade.Quantity, record.TimeUs, (trade.Flags & TradeFlags.TakerSells) != 0)));
            }
        }

        return trades;
    }

    [Test]
    public void Rows_equal_the_views_and_the_books_of_account_add_up([Values("sqlite", "postgres")] string provider)
    {
        var stream = new StreamJournal(31, 2_000, withHashes: false);
        var disk = stream.ToDisk(seed: 1);
        using var store = HistoryStore.On(provider).Follow(disk, stream.Records.Count);
        using var exchange = new BareExchange();
        exchange.Recover(disk);
        var symbols = new SymbolDirectory();
        var orders = new OrdersView(symbols, 1_000_000, 1_000_000);
        foreach (var record in stream.Records)
        {
            Apply(symbols, record);
            Apply(orders, record);
        }

        var balances = new List<Exchange.Accounts.Balance>();
        var expected = new List<string>();
        for (var account = 1; account <= exchange.Engine.Ledger.AccountCount; account++)
        {
            exchange.Accounts.CopyBalances(account, balances);
            expected.AddRange(balances.Where(balance => balance.Free != 0 || balance.Held != 0)
                .Select(balance => $"{account}|{balance.Asset.Id}|{balance.Free}|{balance.Held}"));
        }

        Assert.That(
            store.Rows("SELECT account_id, asset_id, free, held FROM balances WHERE free <> 0 OR held <> 0 ORDER BY account_id, asset_id"), Is.EqualTo(expected));
        Assert.That(
            store.Rows("SELECT account_id, asset_id, SUM(change - fee) FROM ledger_entries GROUP BY account_id, asset_id ORDER BY account_id, asset_id"),
            Is.EqualTo(store.Rows("SELECT account_id, asset_id, free + held FROM balances ORDER BY account_id, asset_id")), "totals are sums of entries");
        Assert.That(store.Number("SELECT COUNT(*) FROM accounts"), Is.EqualTo(exchange.Engine.Ledger.AccountCount));
        Assert.That(store.Rows("SELECT name FROM symbols ORDER BY symbol_id"), Is.EqualTo(symbols.Symbols.ToArray().Select(symbol => symbol.Name)));
        Assert.That(store.Number("SELECT COUNT(*) FROM fills"), Is.EqualTo(2 * store.Number("SELECT COUNT(*) FROM trades")));
        Assert.That(store.Number("SELECT COUNT(*) FROM trades"), Is.GreaterThan(50));
        Assert.That(
            store.Rows("SELECT o.order_id FROM orders o WHERE o.executed_quantity <> (SELECT COALESCE(SUM(quantity), 0) FROM fills f WHERE f.order_id = o.order_id)"),
            Is.Empty, "an order executed what its fills say");
        Assert.That(
            store.Rows("SELECT symbol_id FROM trades GROUP BY symbol_id HAVING COUNT(*) <> MAX(trade_id)"), Is.Empty, "trade ids have no gap");
        AssertCandles(store);
        AssertAudit(store, stream);
        var ids = store.Rows("SELECT order_id, account_id, symbol_id, status, price, quantity, executed_quantity, cumulative_quote, created_us, updated_us, "
            + "working_us, client_order_id FROM orders ORDER BY order_id");
        Assert.That(ids, Has.Count.GreaterThan(500));
        Assert.That(ids, Is.EqualTo(ids.Select(row => Row(orders, row.Split('|')))));
    }

    private static void AssertCandles(HistoryStore store)
    {
        Assert.That(store.Number("SELECT COUNT(*) FROM candles"), Is.GreaterThan(1));
        Assert.That(
            store.Rows("SELECT symbol_id, start_us, low_price, high_price, first_trade_id, trade_count, volume, taker_buy_volume FROM candles ORDER BY symbol_id, start_us"),
            Is.EqualTo(store.Rows(
                "SELECT symbol_id, time_us - time_us % 60000000, MIN(price), MAX(price), MIN(trade_id), COUNT(*), SUM(quantity), "
                + "SUM(CASE WHEN taker_side = 0 THEN quantity ELSE 0 END) FROM trades GROUP BY 1, 2 ORDER BY 1, 2")),
            "a candle is the trades of its minute");
        Assert.That(
            store.Rows("SELECT c.symbol_id, c.start_us FROM candles c JOIN trades f ON f.symbol_id = c.symbol_id AND f.trade_id = c.first_trade_id "
                + "JOIN trades l ON l.symbol_id = c.symbol_id AND l.trade_id = c.first_trade_id + c.trade_count - 1 "
                + "WHERE c.open_price <> f.price OR c.close_price <> l.price"),
            Is.Empty, "open and close are the first and the last price");
        Assert.That(
            store.Rows("SELECT symbol_id, 2 * SUM(quote_volume) FROM candles GROUP BY 1 ORDER BY 1"),
            Is.EqualTo(store.Rows("SELECT symbol_id, SUM(cumulative_quote) FROM orders GROUP BY 1 HAVING SUM(cumulative_quote) > 0 ORDER BY 1")),
            "each trade is in two orders");
    }

    private static void AssertAudit(HistoryStore store, StreamJournal stream)
    {
        var expected = new List<string>();
        foreach (var bytes in stream.Records)
        {
            var record = new Record(bytes);
            if (!record.CommandType.IsTrading())
            {
                var events = record.Events;
                var reject = events.MoveNext() && events.Type == EventType.CommandRejected ? (int)events.As<CommandRejected>().Reason : 0;
                expected.Add($"{record.Sequence}|{record.TimeUs}|{(int)record.RequestType}|{reject}");
            }
        }

        Assert.That(store.Rows("SELECT sequence, time_us, request_type, reject_reason FROM audit ORDER BY sequence"), Is.EqualTo(expected));
        Assert.That(expected, Has.Some.Not.EndsWith("|0").And.Some.EndsWith("|0"), "refused ones, too");
    }

    private static string Row(OrdersView orders, string[] row) =>
        orders.TryGet(int.Parse(row[1]), int.Parse(row[2]), long.Parse(row[0]), out var order)
            ? $"{order.OrderId}|{order.AccountId}|{order.SymbolId}|{(int)order.Status}|{order.Price}|{order.Quantity}|{order.ExecutedQuantity}|"
                + $"{order.CumulativeQuote}|{order.CreatedUs}|{order.UpdatedUs}|{order.WorkingUs}|{order.ClientOrderId}"
            : "none";

    private static void Apply(IRecordConsumer view, byte[] record)
    {
        view.BeginBatch();
        view.Apply(new Record(record), CommandSlot.NoReply);
        view.EndBatch();
    }

    /// <summary>Asks both and compares.</summary>
    private sealed class Answers(OrdersModule module, OrdersView unbounded, Random random)
    {
        private readonly List<OrderState> _orders = [];
        private readonly List<OrderState> _allOrders = [];
        private readonly List<AccountFill> _fills = [];
        private readonly List<AccountFill> _allFills = [];

        public int Whole { get; private set; }

        public int Lagging { get; private set; }

        public async Task CompareAsync(int symbolCount)
        {
            if (symbolCount == 0)
            {
                return;
            }

            var account = random.Next(1, Accounts);
            var symbol = random.Next(symbolCount);
            await CompareOrdersAsync(account, symbol);
            await CompareFillsAsync(account, symbol);
            await CompareOneAsync(account, symbol);
        }

        private async Task CompareOrdersAsync(int account, int symbol)
        {
            unbounded.Copy(new OrderQuery(account, symbol, 0, 0, long.MaxValue, 1_000, true), _allOrders);
            var pivot = _allOrders.Count == 0 ? default : _allOrders[random.Next(_allOrders.Count)];
            var query = new OrderQuery(
                account,
                symbol,
                random.Next(3) == 0 ? pivot.OrderId : 0,
                random.Next(3) == 0 ? pivot.CreatedUs : 0,
                random.Next(3) == 0 ? pivot.CreatedUs + random.Next(500) : long.MaxValue,
                random.Next(1, 30),
                random.Next(2) == 0);
            unbounded.Copy(query, _allOrders);
            if (await AskAsync(() => module.CopyOrdersAsync(query, _orders, default)))
            {
                Assert.That(_orders.Select(Unit.Modules.Orders.OrderText.Text), Is.EqualTo(_allOrders.Select(Unit.Modules.Orders.OrderText.Text)), $"{query}");
            }
        }

        private async Task CompareFillsAsync(int account, int symbol)
        {
            unbounded.Copy(new FillQuery(account, symbol, 0, 0, 0, long.MaxValue, 1_000, true), _allFills);
            var pivot = _allFills.Count == 0 ? default : _allFills[random.Next(_allFills.Count)];
            var query = new FillQuery(
                account,
                symbol,
                random.Next(4) == 0 ? pivot.OrderId : 0,
                random.Next(3) == 0 ? pivot.TradeId : 0,
                random.Next(3) == 0 ? pivot.TimeUs : 0,
                random.Next(3) == 0 ? pivot.TimeUs + random.Next(500) : long.MaxValue,
                random.Next(1, 30),
                random.Next(2) == 0);
            unbounded.Copy(query, _allFills);
            if (await AskAsync(() => module.CopyFillsAsync(query, _fills, default)))
            {
                Assert.That(_fills, Is.EqualTo(_allFills), $"{query}");
            }
        }

        private async Task CompareOneAsync(int account, int symbol)
        {
            unbounded.Copy(new OrderQuery(account, symbol, 0, 0, long.MaxValue, 1_000, true), _allOrders);
            if (_allOrders.Count == 0)
            {
                return;
            }

            var pivot = _allOrders[random.Next(_allOrders.Count)];
            OrderLookup byId = default;
            if (await AskAsync(async () => (byId = await module.FindOrderAsync(account, symbol, pivot.OrderId, default)).CompleteSequence))
            {
                Assert.That(Unit.Modules.Orders.OrderText.Text(byId.Order), Is.EqualTo(Unit.Modules.Orders.OrderText.Text(pivot)));
            }

            unbounded.TryGet(account, symbol, pivot.ClientOrderId, out var named);
            OrderLookup byName = default;
            if (!pivot.ClientOrderId.IsEmpty
                && await AskAsync(async () => (byName = await module.FindOrderAsync(account, symbol, pivot.ClientOrderId, default)).CompleteSequence))
            {
                Assert.That(Unit.Modules.Orders.OrderText.Text(byName.Order), Is.EqualTo(Unit.Modules.Orders.OrderText.Text(named)));
            }
        }

        /// <summary>Returns whether the answer calls itself whole.</summary>
        private async Task<bool> AskAsync(Func<ValueTask<long>> question)
        {
            long complete;
            try
            {
                complete = await question();
            }
            catch (HistoryUnavailableException)
            {
                complete = 0;
            }

            var isWhole = complete == unbounded.Sequence;
            (Whole, Lagging) = isWhole ? (Whole + 1, Lagging) : (Whole, Lagging + 1);
            return isWhole;
        }
    }
}
