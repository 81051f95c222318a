using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Benchmarks.Replay;

/// <summary>
/// The core alone, composed as the host composes it: engine, risk, ledger. Two accounts with more funds than any recording needs, one for
/// orders that rest, one for those that take. One thread.
/// </summary>
internal sealed class EngineFlowTarget : IFlowTarget, IDisposable
{
    private const int SymbolId = 0;
    private const int BaseAssetId = 0;
    private const int QuoteAssetId = 1;
    private const int RestingAccountId = 1;
    private const int TakingAccountId = 2;

    /// <summary>Units of each asset, per account.</summary>
    private const long Funds = 1L << 60;

    /// <summary>Journal time between two commands.</summary>
    private const long StepUs = 1_000;

    private readonly MatchingEngine<RiskPort, LedgerPort> _engine = new(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
    private readonly byte[] _record;
    private long _sequence;

    public EngineFlowTarget()
    {
        _record = new byte[_engine.MaxRecordLength];
        Administer(CommandType.Genesis, GenesisCommand.Default(ExchangeMode.Sandbox).ToBytes());
        Administer(CommandType.AddSymbol, AddSymbolCommand.ToBytes(Spec));
        var account = new OpenAccountCommand { Deposits = [new AssetAmount(BaseAssetId, Funds), new AssetAmount(QuoteAssetId, Funds)] };
        Administer(CommandType.OpenAccount, account.ToBytes());
        Administer(CommandType.OpenAccount, account.ToBytes());
    }

    /// <summary>A share priced in cents; no limit that a recording could meet.</summary>
    private static SymbolSpec Spec => new()
    {
        Name = "SHAREUSD",
        BaseAsset = "SHARE",
        BaseScale = 0,
        QuoteAsset = "USD",
        QuoteScale = 2,
        TickSize = FixedPoint.One / 100,
        MinPrice = FixedPoint.One / 100,
        MaxPrice = 1_000_000 * FixedPoint.One,
        LotSize = FixedPoint.One,
        MinQuantity = FixedPoint.One,
        MaxQuantity = 10_000_000 * FixedPoint.One,
        MaxNumOrders = 1_000_000,
    };

    public ValueTask<PlaceOutcome> PlaceAsync(Side side, long price, long quantity, TimeInForce timeInForce)
    {
        var command = Command(CommandType.PlaceOrder, timeInForce == TimeInForce.Gtc ? RestingAccountId : TakingAccountId);
        command.Side = side;
        command.OrderType = OrderType.Limit;
        command.TimeInForce = timeInForce;
        command.Price = price;
        command.Quantity = quantity;

        var outcome = new PlaceOutcome(null, 0, []);
        List<FlowFill> fills = [];
        for (var length = Execute(ref command); ; length = _engine.ExecutePending(++_sequence, _sequence * StepUs, _record))
        {
            outcome = Read(new Record(_record.AsSpan(0, length)), outcome, fills);
            if (!_engine.HasPendingWork)
            {
                return new(outcome with { Fills = fills });
            }
        }
    }

    public ValueTask<string?> ReduceAsync(long orderId, long lots)
    {
        var command = Command(CommandType.ReduceOrder, RestingAccountId);
        command.OrderId = orderId;
        command.Quantity = lots;
        return new(Refusal(Execute(ref command)));
    }

    public ValueTask<string?> CancelAsync(long orderId)
    {
        var command = Command(CommandType.CancelOrder, RestingAccountId);
        command.OrderId = orderId;
        return new(Refusal(Execute(ref command)));
    }

    public ValueTask<FlowBook> ReadBookAsync() => new(new FlowBook(Best(Side.Buy), Best(Side.Sell)));

    /// <summary>Returns the first fault of books, store and ledger in words, or null.</summary>
    public string? FindInconsistency() => _engine.FindInconsistency();

    public void Dispose() => _engine.Dispose();

    private static CommandSlot Command(CommandType type, int accountId) =>
        new() { Type = type, SlotCount = 1, ReplyToken = CommandSlot.NoReply, AccountId = accountId, SymbolId = SymbolId };

    private static PlaceOutcome Read(Record record, PlaceOutcome outcome, List<FlowFill> fills)
    {
        var events = record.Events;
        while (events.MoveNext())
        {
            switch (events.Type)
            {
                case EventType.CommandRejected:
                    outcome = outcome with { Refusal = events.As<CommandRejected>().Reason.ToString() };
                    break;
                case EventType.OrderAccepted:
                    outcome = outcome with { OrderId = events.As<OrderAccepted>().OrderId };
                    break;
                case EventType.TradeExecuted:
                    ref readonly var trade = ref events.As<TradeExecuted>();
                    fills.Add(new FlowFill(trade.MakerOrderId, trade.Price, trade.Quantity));
                    break;
            }
        }

        return outcome;
    }

    private FlowBest Best(Side side)
    {
        var (price, quantity) = _engine.Best(SymbolId, side);
        return new FlowBest(price, quantity);
    }

    private int Execute(ref CommandSlot command) => _engine.Execute(ref command, default, ++_sequence, _sequence * StepUs, _record);

    private void Administer(CommandType type, byte[] payload)
    {
        CommandSlot command = default;
        command.Type = type;
        var length = _engine.Execute(ref command, payload, ++_sequence, _sequence * StepUs, _record);
        if (Refusal(length) is { } refusal)
        {
            throw new InvalidOperationException($"{type} was refused: {refusal}");
        }
    }

    private string? Refusal(int recordLength)
    {
        var events = new Record(_record.AsSpan(0, recordLength)).Events;
        return events.MoveNext() && events.Type == EventType.CommandRejected ? events.As<CommandRejected>().Reason.ToString() : null;
    }
}
