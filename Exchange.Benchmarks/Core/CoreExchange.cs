using Exchange.Accounts;
using Exchange.Benchmarks.Workloads;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Benchmarks.Core;

/// <summary>
/// The core on one thread, composed as the host composes it, with default options: command ring, engine loop with risk and ledger, event
/// ring, and a consumer that reads every record. Nothing is told in advance of sizes, prices or ids. What runs between two readings of the
/// clock is the engine thread's work alone: from a published slot to a published record, given-back slots included.
/// <code>
/// commands ─► CommandRing ─► EngineLoop.Step ─► EventRing ─► tally of trades
///  not timed │◄──────────────── timed ───────────────►│ timed apart
/// </code>
/// </summary>
internal sealed class CoreExchange : IDisposable
{
    private const int QuoteAssetId = 1;

    private readonly MatchingEngine<RiskPort, LedgerPort> _engine = new(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
    private readonly CommandRing _commands = new(new CommandRingOptions());
    private readonly EventRing _events = new(new EventRingOptions(), firstSequence: 1);
    private readonly Sequence _consumed = new(0);
    private readonly EngineLoop<RiskPort, LedgerPort> _loop;
    private readonly WorkloadSlots _slots = new();
    private readonly List<double> _chunks = [];
    private Exception? _internalError;
    private TradeTally _tally;
    private long _rejects;
    private long _takerOrderId;

    public CoreExchange()
    {
        _events.AddGatingSequence(_consumed);
        _loop = new EngineLoop<RiskPort, LedgerPort>(
            _engine,
            _commands,
            _events,
            new JournalClock(SystemClock.Instance, lastTimeUs: 0),
            new QuarantineFolder(new NoStorage()),
            [],
            (_, error) => _internalError = error);
    }

    /// <summary>Commands that are executed between two readings of the clock.</summary>
    public const int ChunkLength = 1_024;

    /// <summary>See <see cref="MatchingEngine{TRisk, TLedger}.LookAheadOrders"/>; smaller in tests only.</summary>
    public int LookAheadOrders
    {
        init => _engine.LookAheadOrders = value;
    }

    /// <summary>See <see cref="MatchingEngine{TRisk, TLedger}.LookAheadAccounts"/>; smaller in tests only.</summary>
    public int LookAheadAccounts
    {
        init => _engine.LookAheadAccounts = value;
    }

    /// <summary>See <see cref="MatchingEngine{TRisk, TLedger}.LookAheadSymbols"/>; smaller in tests only.</summary>
    public int LookAheadSymbols
    {
        init => _engine.LookAheadSymbols = value;
    }

    public TradeTally Tally => _tally;

    /// <summary>Commands refused since <see cref="Restart"/>.</summary>
    public long Rejects => _rejects;

    /// <summary>The first refusal in words, or null.</summary>
    public string? FirstReject { get; private set; }

    /// <summary>Thread CPU of the engine's part since <see cref="Restart"/>, ns.</summary>
    public long EngineNs { get; private set; }

    /// <summary>
    /// ns per command that the quickest tenth of the chunks since <see cref="Restart"/> stayed below: what the step takes while nothing else uses the
    /// processor's caches and units.
    /// </summary>
    public double BestTenthNs
    {
        get
        {
            _chunks.Sort();
            return _chunks.Count == 0 ? 0 : _chunks[_chunks.Count / 10];
        }
    }

    /// <summary>Thread CPU of reading and tallying the records since <see cref="Restart"/>, ns.</summary>
    public long ConsumerNs { get; private set; }

    /// <summary>Managed bytes that the engine's part has allocated since <see cref="Restart"/>.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Bytes of records since <see cref="Restart"/>.</summary>
    public long RecordBytes { get; private set; }

    public int RestingOrders => _engine.RestingOrders;

    /// <summary>Returns the first fault of the state in words, or null.</summary>
    public string? FindInconsistency() => _internalError is { } error ? $"internal error: {error.Message}" : _engine.FindInconsistency();

    public void Dispose() => _engine.Dispose();

    /// <summary>Begins the measurement: what was tallied and timed before is forgotten.</summary>
    public void Restart()
    {
        _tally = default;
        _rejects = 0;
        EngineNs = 0;
        ConsumerNs = 0;
        AllocatedBytes = 0;
        RecordBytes = 0;
        _chunks.Clear();
    }

    /// <summary>Creates symbols and funded accounts by commands, like everybody. Each symbol trades an asset of its own against one quote asset.</summary>
    public void Open(int symbolCount)
    {
        Submit(CommandType.Genesis, GenesisCommand.Default(ExchangeMode.Sandbox).ToBytes());
        for (var i = 0; i < symbolCount; i++)
        {
            Submit(CommandType.AddSymbol, AddSymbolCommand.ToBytes(WorkloadMarket.Spec(i, FormattableString.Invariant($"COIN{i}"))));
        }

        for (var i = 0; i < WorkloadDefinition.UserCount; i++)
        {
            Submit(CommandType.OpenAccount, WorkloadMarket.Account(QuoteAssetId).ToBytes());
        }

        for (var accountId = 1; accountId <= WorkloadDefinition.UserCount; accountId++)
        {
            for (var symbolId = 0; symbolId < symbolCount; symbolId++)
            {
                // Why: the first symbol brings its base asset and then the quote asset, every further one its base asset alone.
                var assetId = symbolId == 0 ? 0 : symbolId + 1;
                Submit(CommandType.AdjustBalance, new AdjustBalanceCommand(accountId, assetId, WorkloadMarket.Funds).ToBytes());
            }
        }

        Flush();
        if (_rejects != 0)
        {
            throw new InvalidOperationException($"the preparation failed: {FirstReject}");
        }
    }

    /// <summary>Executes commands and consumes their records.</summary>
    public void Run(ReadOnlySpan<WorkloadCommand> commands)
    {
        while (!commands.IsEmpty)
        {
            var chunk = commands[..Math.Min(ChunkLength, commands.Length)];
            commands = commands[chunk.Length..];
            Claim(chunk.Length, out var first);
            for (var i = 0; i < chunk.Length; i++)
            {
                _slots.Write(ref _commands[first + i], in chunk[i], (int)chunk[i].SymbolIndex, idsBefore: 0);
            }

            _commands.Publish(first, chunk.Length);
            var before = EngineNs;
            Flush();
            _chunks.Add((double)(EngineNs - before) / chunk.Length);
        }
    }

    private void Submit(CommandType type, ReadOnlySpan<byte> payload)
    {
        var slotCount = CommandRing.SlotCountFor(payload.Length);
        if (_commands.Occupied > ChunkLength)
        {
            Flush();
        }

        Claim(slotCount, out var first);
        ref var slot = ref _commands[first];
        slot = default;
        slot.Type = type;
        slot.ReplyToken = CommandSlot.NoReply;
        _commands.WritePayload(first, payload);
        _commands.Publish(first, slotCount);
    }

    /// <summary>Claims consecutive slots, in parts of what one claim may take; nobody else claims.</summary>
    private void Claim(int slotCount, out long first)
    {
        first = -1;
        for (var claimed = 0; claimed < slotCount;)
        {
            var part = Math.Min(slotCount - claimed, CommandSlot.MaxSlotCount);
            if (!_commands.TryClaim(part, out var begin))
            {
                throw new InvalidOperationException($"the command ring has no room for {slotCount} slots");
            }

            first = claimed == 0 ? begin : first;
            claimed += part;
        }
    }

    /// <summary>Executes all that is published and consumes its records.</summary>
    private void Flush()
    {
        for (var progress = StageProgress.Worked; progress == StageProgress.Worked;)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var startNs = ThreadClock.NowNs();
            for (var batch = 0; batch < ChunkLength / EngineLoop<RiskPort, LedgerPort>.BatchSlotCount && progress == StageProgress.Worked; batch++)
            {
                progress = _loop.Step();
            }

            var engineNs = ThreadClock.NowNs();
            AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
            EngineNs += engineNs - startNs;
            Consume();
            ConsumerNs += ThreadClock.NowNs() - engineNs;
        }
    }

    private void Consume()
    {
        var last = _events.Published;
        for (var sequence = _consumed.Value + 1; sequence <= last; sequence++)
        {
            var record = new Record(_events.Read(sequence));
            RecordBytes += record.Bytes.Length;
            var events = record.Events;
            while (events.MoveNext())
            {
                switch (events.Type)
                {
                    case EventType.OrderAccepted:
                        _takerOrderId = events.As<OrderAccepted>().OrderId;
                        break;
                    case EventType.OrderMoved:
                        _takerOrderId = events.As<OrderMoved>().OrderId;
                        break;
                    case EventType.TradeExecuted:
                        ref readonly var trade = ref events.As<TradeExecuted>();
                        _tally.Add(trade.MakerOrderId, _takerOrderId, trade.Price, trade.Quantity);
                        break;
                    case EventType.CommandRejected:
                        _rejects++;
                        FirstReject ??= $"sequence {sequence}: {record.CommandType} was refused: {events.As<CommandRejected>().Reason}";
                        break;
                }
            }
        }

        _events.Advance(_consumed, last);
    }
}
