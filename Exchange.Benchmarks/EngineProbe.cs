using System.Diagnostics;
using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Risk;

namespace Exchange.Benchmarks;

/// <summary>
/// An engine over a recovered state that places and cancels orders without a rest: how long it stands still at most between two commands while something else
/// goes on. Runs on a thread of its own from the constructor to <see cref="Dispose"/>.
/// </summary>
internal sealed class EngineProbe : IDisposable
{
    /// <summary>A wait is counted in whole microseconds, this one and longer ones together.</summary>
    private const int LongestUs = 1_000_000;

    private readonly Lock _gate = new();
    private readonly MatchingEngine<RiskPort, LedgerPort> _engine;
    private readonly Thread _thread;
    private readonly byte[] _record;
    private long _sequence;
    private long[] _waits = new long[LongestUs + 1];
    private volatile bool _hasEnded;

    public EngineProbe(IStorage storage, ExchangeParts<RiskPort, LedgerPort> parts)
    {
        _engine = new MatchingEngine<RiskPort, LedgerPort>(parts.Risk, parts.Ledger);
        _sequence = Recovery.Run(storage, "journal", _engine, parts.Consumers, probe: null, _ => { }, progress: null, isOneThread: false).End.NextSequence;
        _record = new byte[_engine.MaxRecordLength];
        _thread = new Thread(Run) { IsBackground = true, Name = "engine-probe", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>Returns the waits since the last call in words, and forgets them.</summary>
    public string Take()
    {
        long[] waits;
        lock (_gate)
        {
            waits = _waits;
            _waits = new long[LongestUs + 1];
        }

        var count = waits.Sum();
        return $"p50 {At(0.5)} us, p99.99 {At(0.9999)} us, most {At(1)} us between two of {count} commands, {_engine.RestingOrders} orders resting";

        int At(double share)
        {
            var wanted = (long)Math.Ceiling(share * count);
            long seen = 0;
            return Array.FindIndex(waits, number => (seen += number) >= wanted);
        }
    }

    public void Dispose()
    {
        _hasEnded = true;
        _thread.Join();
        _engine.Dispose();
    }

    private void Run()
    {
        var place = new CommandSlot
        {
            Type = CommandType.PlaceOrder,
            SlotCount = 1,
            AccountId = 1,
            ReplyToken = CommandSlot.NoReply,
            Side = Side.Buy,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Gtc,
            Price = 1_000,
            Quantity = 1,
            ClientOrderId = ClientOrderId.From("probe"),
        };
        var cancel = new CommandSlot { Type = CommandType.CancelOrder, SlotCount = 1, AccountId = 1, ReplyToken = CommandSlot.NoReply, ClientOrderId = place.ClientOrderId };
        var before = Stopwatch.GetTimestamp();
        while (!_hasEnded)
        {
            Execute(place);
            before = Count(before);
            Execute(cancel);
            before = Count(before);
        }
    }

    private void Execute(CommandSlot command)
    {
        _engine.Execute(ref command, [], _sequence, _sequence * 10, _record);
        _sequence++;
    }

    private long Count(long before)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _waits[Math.Min(LongestUs, (int)Stopwatch.GetElapsedTime(before, now).TotalMicroseconds)]++;
        }

        return now;
    }
}
