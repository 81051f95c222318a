using Exchange.Accounts;
using Exchange.Host.Health;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Replication;
using Exchange.Risk;

namespace Exchange.Tests.Support.Fakes;

/// <summary>Journal time that moves only when a test moves it.</summary>
internal sealed class ManualJournalTime : IJournalTime
{
    /// <summary>2023-11-14T22:13:20Z: 20 seconds into its minute, 3 min 20 s into its five minutes.</summary>
    public const long StartUs = 1_700_000_000_000_000;

    public long NowUs { get; set; } = StartUs;
}

internal sealed class FakeStatus : IExchangeStatus
{
    public bool IsReady { get; set; } = true;

    public string Phase { get; set; } = "running";

    public IReadOnlyList<ReplicatorStatus> Replicators { get; set; } = [];

    public long Sequence { get; set; }
}

/// <summary>Answers every command with what the test put there, and keeps what was asked.</summary>
internal sealed class FakeOrders : IOrdersModule
{
    public Func<NewOrder, ValueTask<PlaceResult>> OnPlace { get; set; } = _ => throw new InvalidOperationException("no order was expected");

    public Func<CancelOrder, ValueTask<CancelResult>> OnCancel { get; set; } =
        _ => throw new InvalidOperationException("no cancel was expected");

    public Func<int, Symbol, long, ValueTask<CancelAllResult>> OnCancelAll { get; set; } =
        (_, _, _) => throw new InvalidOperationException("no mass cancel was expected");

    public Func<AmendOrder, ValueTask<CancelResult>> OnAmend { get; set; } =
        _ => throw new InvalidOperationException("no amendment was expected");

    public List<NewOrder> Placed { get; } = [];

    public List<CancelOrder> Canceled { get; } = [];

    public List<AmendOrder> Amended { get; } = [];

    public List<OrderState> Stored { get; } = [];

    public IRecordConsumer View => throw new NotSupportedException();

    public IRecordConsumer NewView(SymbolDirectory symbols) => throw new NotSupportedException();

    public ValueTask<PlaceResult> PlaceAsync(NewOrder order)
    {
        Placed.Add(order);
        return OnPlace(order);
    }

    public ValueTask<CancelResult> CancelAsync(CancelOrder cancel)
    {
        Canceled.Add(cancel);
        return OnCancel(cancel);
    }

    public ValueTask<CancelAllResult> CancelAllAsync(int accountId, Symbol symbol, long deadlineUs) =>
        OnCancelAll(accountId, symbol, deadlineUs);

    public ValueTask<CancelResult> AmendAsync(AmendOrder amend)
    {
        Amended.Add(amend);
        return OnAmend(amend);
    }

    public ValueTask<PlaceResult> MoveAsync(int accountId, Symbol symbol, long orderId, long newPrice) => throw new NotSupportedException();

    public bool TryGetOrder(int accountId, int symbolId, long orderId, out OrderState order)
    {
        var index = Stored.FindIndex(stored => stored.AccountId == accountId && stored.SymbolId == symbolId && stored.OrderId == orderId);
        order = index < 0 ? default : Stored[index];
        return index >= 0;
    }

    public bool TryGetOrder(int accountId, int symbolId, in ClientOrderId clientOrderId, out OrderState order)
    {
        var id = clientOrderId;
        var index = Stored.FindLastIndex(
            stored => stored.AccountId == accountId && stored.SymbolId == symbolId && stored.ClientOrderId == id);
        order = index < 0 ? default : Stored[index];
        return index >= 0;
    }

    public List<AccountFill> StoredFills { get; } = [];

    /// <summary>What queries say that they are complete up to; null: the history cannot be read.</summary>
    public long? CompleteSequence { get; set; } = 77;

    public OrderQuery AskedOrders { get; private set; }

    public FillQuery AskedFills { get; private set; }

    public ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken) =>
        new(new OrderLookup(TryGetOrder(accountId, symbolId, orderId, out var order), order, Complete()));

    public ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken) =>
        new(new OrderLookup(TryGetOrder(accountId, symbolId, clientOrderId, out var order), order, Complete()));

    public ValueTask<long> CopyOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken)
    {
        AskedOrders = query;
        orders.AddRange(Stored);
        return new(Complete());
    }

    public ValueTask<long> CopyFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken)
    {
        AskedFills = query;
        fills.AddRange(StoredFills);
        return new(Complete());
    }

    private long Complete() => CompleteSequence ?? throw new HistoryUnavailableException("as the test wants it");

    public void CopyOpenOrders(int accountId, int? symbolId, List<OrderState> orders) => orders.AddRange(
        Stored.Where(stored => stored.AccountId == accountId && stored.IsOpen && (symbolId is null || stored.SymbolId == symbolId)));
}

internal sealed class FakeAccounts : IAccountsModule
{
    public Dictionary<string, ApiKey> Keys { get; } = [];

    public List<Balance> Balances { get; } = [];

    public long UpdatedUs { get; set; }

    public LedgerPort Ledger => throw new NotSupportedException();

    public IRecordConsumer View => throw new NotSupportedException();

    public IRecordConsumer NewView(SymbolDirectory symbols) => throw new NotSupportedException();

    public LedgerPort NewLedger() => throw new NotSupportedException();

    public bool TryGetApiKey(ReadOnlySpan<char> apiKey, out ApiKey key) =>
        Keys.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(apiKey, out key!);

    public IReadOnlyList<ApiKey> KeysOf(int accountId) => [.. Keys.Values.Where(key => key.AccountId == accountId)];

    public ApiKey? KeyById(int keyId) => Keys.Values.FirstOrDefault(key => key.Id == keyId);

    public int AccountCount => 0;

    public bool TryGetAccount(int accountId, out bool isEnabled) => isEnabled = Keys.Values.Any(key => key.AccountId == accountId);

    public long CopyBalances(int accountId, List<Balance> balances)
    {
        balances.AddRange(Balances);
        return UpdatedUs;
    }
}

internal sealed class FakeMarketData : IMarketDataModule
{
    public List<DepthLevel> Bids { get; } = [];

    public List<DepthLevel> Asks { get; } = [];

    public List<PublicTrade> Trades { get; } = [];

    public long UpdateId { get; set; }

    public long Last { get; set; }

    public int AskedLimit { get; private set; }

    public IRecordConsumer View => throw new NotSupportedException();

    public IRecordConsumer NewView() => throw new NotSupportedException();

    public long CopyDepth(Symbol symbol, int limit, List<DepthLevel> bids, List<DepthLevel> asks)
    {
        AskedLimit = limit;
        bids.AddRange(Bids.Take(limit));
        asks.AddRange(Asks.Take(limit));
        return UpdateId;
    }

    /// <summary>Answers what this fake has no answer of its own for.</summary>
    public MarketDataView Published { get; } = new();

    public BookTicker BookTicker(Symbol symbol) => Published.BookTicker(symbol.Id);

    /// <summary>What has left the window.</summary>
    public FakeHistory History { get; } = new();

    public async ValueTask CopyTradesAsync(Symbol symbol, TradeRange range, List<PublicTrade> trades, CancellationToken cancellationToken)
    {
        AskedLimit = range.Limit;
        if (Trades.Count == 0)
        {
            await new OlderTrades(Published, History).CopyTradesAsync(symbol.Id, range, trades, cancellationToken);
        }

        trades.AddRange(Trades.TakeLast(range.Limit));
    }

    public ValueTask CopyAggregateTradesAsync(Symbol symbol, TradeRange range, List<AggregateTrade> trades, CancellationToken cancellationToken) =>
        new OlderTrades(Published, History).CopyAggregatesAsync(symbol.Id, range, trades, cancellationToken);

    public void CopyCandles(Symbol symbol, in CandleRange range, List<Candle> candles) => Published.CopyCandles(symbol.Id, range, candles);

    public MarketStatistics StatisticsSince(Symbol symbol, long fromUs)
    {
        var statistics = Published.StatisticsSince(symbol.Id, fromUs);
        return Last == 0 ? statistics : statistics with { LastTrade = statistics.LastTrade with { Price = Last } };
    }

    public long LastPrice(Symbol symbol) => Last != 0 ? Last : Published.LastPrice(symbol.Id);
}

internal sealed class FakeRisk : IRiskModule
{
    public OrderCounts Counts { get; set; } = new(3, 17, 100, 200_000);

    public RiskPort Risk => throw new NotSupportedException();

    public IRecordConsumer View => throw new NotSupportedException();

    public IRecordConsumer NewView() => throw new NotSupportedException();

    public RiskPort NewRisk() => throw new NotSupportedException();

    public OrderCounts CountsOf(int accountId, long timeUs) => Counts;
}

/// <summary>Takes payload commands only, and answers with what the test says.</summary>
/// <summary>A gateway that answers at once. The test meets the request that an operator's command holds, as if it had come alone.</summary>
internal sealed class FakeGateway : ICommandGateway
{
    /// <summary>Answers openings: the reject, and the account that was opened.</summary>
    public Func<OpenAccountCommand, (RejectReason Reject, int AccountId)> OnOpen
    {
        set => OnPayload = (type, body) =>
        {
            var (reject, accountId) = value(OpenAccountCommand.Read(body)!);
            return new(new FakeReply(reject, reject != RejectReason.None ? [] : new RecordBuilder(type).Body(body).With(new AccountOpened { AccountId = accountId }).ToBytes()));
        };
    }

    public Func<CommandType, byte[], ValueTask<CommandReply>>? OnPayload { get; set; }

    public bool IsFull { get; set; }

    public bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply) =>
        throw new NotSupportedException();

    public bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        var isRequest = AdministerCommand.TryRead(type == CommandType.Administer ? payload : default, out var administer);
        reply = IsFull ? default : OnPayload!(isRequest ? administer.RequestType : type, (isRequest ? administer.Request : payload).ToArray());
        return !IsFull;
    }
}

internal sealed class FakeReply(RejectReason reject, byte[]? records = null) : CommandReply
{
    public bool IsDisposed { get; private set; }

    public override int Token => 0;

    public override RejectReason Reject => reject;

    public override long Sequence => 1;

    public override long TimeUs => ManualJournalTime.StartUs;

    public override ReadOnlySpan<byte> Records => records;

    protected override void Release() => IsDisposed = true;
}
