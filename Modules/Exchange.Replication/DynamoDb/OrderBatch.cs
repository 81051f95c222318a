using System.Buffers;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// The trading records of a batch, kept until it is written: then it is known which stored orders they are about, and these are read together. Every event
/// names its order's account, so that the order's key follows from the record alone. One thread.
/// </summary>
internal sealed class OrderBatch
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<(long Epoch, int Length)> _records = [];
    private readonly HashSet<long> _added = [];
    private readonly Dictionary<long, int> _changed = [];
    private CommandSlot _command;

    /// <summary>Orders that the records are about.</summary>
    public int Count => _added.Count + _changed.Count;

    /// <summary>Account by order id, of orders that were there before the batch.</summary>
    public IReadOnlyDictionary<long, int> Changed => _changed;

    public void Add(long epoch, in Record record)
    {
        if (!record.CommandType.IsTrading())
        {
            return;
        }

        _bytes.Write(record.Bytes);
        _records.Add((epoch, record.Bytes.Length));
        if (record.CommandType.IsContinuation() && TradingCommandCodec.TryRead(record.CommandType, record.Body, ref _command) && _command.OrderId != 0)
        {
            Touch(_command.OrderId, record.AccountId);
        }

        for (var events = record.Events; events.MoveNext();)
        {
            Touch(ref events, record.AccountId);
        }
    }

    /// <summary>Hands over the records in their order.</summary>
    public void FoldInto(StampedOrders orders)
    {
        var rest = _bytes.WrittenSpan;
        foreach (var (epoch, length) in _records)
        {
            orders.Apply(epoch, new Record(rest[..length]));
            rest = rest[length..];
        }
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _records.Clear();
        _added.Clear();
        _changed.Clear();
    }

    private void Touch(ref EventReader events, int accountId)
    {
        switch (events.Type)
        {
            case EventType.OrderAccepted:
                _added.Add(events.As<OrderAccepted>().OrderId);
                break;
            case EventType.TradeExecuted:
                ref readonly var trade = ref events.As<TradeExecuted>();
                Touch(trade.MakerOrderId, trade.MakerAccountId);
                break;
            case EventType.OrderRested:
                Touch(events.As<OrderRested>().OrderId, accountId);
                break;
            case EventType.OrderFilled:
                Touch(events.As<OrderFilled>().OrderId, accountId);
                break;
            case EventType.OrderExpired:
                Touch(events.As<OrderExpired>().OrderId, accountId);
                break;
            case EventType.OrderCanceled:
                Touch(events.As<OrderCanceled>().OrderId, accountId);
                break;
            case EventType.OrderReduced:
                Touch(events.As<OrderReduced>().OrderId, accountId);
                break;
            case EventType.OrderMoved:
                Touch(events.As<OrderMoved>().OrderId, accountId);
                break;
        }
    }

    private void Touch(long orderId, int accountId)
    {
        if (!_added.Contains(orderId))
        {
            _changed[orderId] = accountId;
        }
    }
}
