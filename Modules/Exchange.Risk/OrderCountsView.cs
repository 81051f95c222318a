using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Risk;

/// <summary>
/// The published order counts: a pure fold of durable records through the counter that the engine uses too. One writer (recovery, then
/// the publisher), readers under a lock that a batch holds once.
/// </summary>
internal sealed class OrderCountsView : IRecordConsumer, IReservesMemory
{
    private const int SnapshotVersion = 1;

    private readonly Lock _lock = new();
    private readonly OrderCounter _counter = new();
    private readonly UnfilledOrders _unfilled = new();

    /// <summary>The incoming order has had no fill. Kept over records: a continued command does not say it again.</summary>
    private bool _isTakerUnfilled;

    /// <summary>Returns the account's counts, all 0 when it is unknown. Any thread.</summary>
    public OrderCounts CountsOf(int accountId, long timeUs)
    {
        lock (_lock)
        {
            return _counter.Exists(accountId) ? _counter.CountsOf(accountId, timeUs) : default;
        }
    }

    public void ReleaseMemory() => _counter.ReleaseMemory();

    /// <summary>Takes the lock that <see cref="EndBatch"/> gives back, on the same thread.</summary>
    public void BeginBatch() => _lock.Enter();

    public void EndBatch() => _lock.Exit();

    public void Apply(in Record record, int replyToken)
    {
        var events = record.Events;
        while (events.MoveNext())
        {
            switch (events.Type)
            {
                case EventType.AccountOpened:
                    var command = OpenAccountCommand.Read(record.RequestBody)!;
                    _counter.OpenAccount(events.As<AccountOpened>().AccountId, command.OrderLimitPer10Seconds, command.OrderLimitPerDay);
                    break;
                case EventType.OrderLimitsChanged:
                    ref readonly var limits = ref events.As<OrderLimitsChanged>();
                    _counter.SetLimits(limits.AccountId, limits.Per10Seconds, limits.PerDay);
                    break;
                case EventType.OrderAccepted:
                    ref readonly var accepted = ref events.As<OrderAccepted>();
                    _counter.OnOrderAccepted(record.AccountId, record.TimeUs);
                    BeginOrder(accepted.OrderId, accepted.RestsWhole != 0, isUnfilled: true);
                    break;
                case EventType.OrderMoved:
                    ref readonly var moved = ref events.As<OrderMoved>();
                    if (moved.RestsWhole == 0)
                    {
                        BeginOrder(moved.OrderId, restsWhole: false, isUnfilled: _unfilled.Remove(moved.OrderId));
                    }

                    break;
                case EventType.TradeExecuted:
                    ApplyTrade(record, events.As<TradeExecuted>());
                    break;
                case EventType.OrderCanceled:
                    _unfilled.Remove(events.As<OrderCanceled>().OrderId);
                    break;
            }
        }
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        _counter.Save(writer);
        _unfilled.Save(writer);
        writer.Write(_isTakerUnfilled);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("order counts view", SnapshotVersion);
        _counter.Load(reader);
        _unfilled.Load(reader);
        _isTakerUnfilled = reader.ReadBool();
    }

    private void BeginOrder(long orderId, bool restsWhole, bool isUnfilled)
    {
        _isTakerUnfilled = isUnfilled;
        if (restsWhole)
        {
            _unfilled.Add(orderId);
        }
    }

    private void ApplyTrade(in Record record, in TradeExecuted trade)
    {
        if (_isTakerUnfilled)
        {
            _isTakerUnfilled = false;
            _counter.OnFirstFill(record.AccountId, isMaker: false, record.TimeUs);
        }

        if (_unfilled.Remove(trade.MakerOrderId))
        {
            _counter.OnFirstFill(trade.MakerAccountId, isMaker: true, record.TimeUs);
        }
    }
}
