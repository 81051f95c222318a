using System.Text.Json;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Messages;

/// <summary>
/// Order and execution events as messages, each from the record alone (and the symbol's numbers): nothing is remembered of orders, so that a
/// restart needs nothing of them. A trade is two messages: the taker's, then the maker's. One thread.
/// </summary>
/// <param name="symbols">As of the record.</param>
internal sealed class OrderEvents(EventJson json, Func<SymbolDirectory> symbols)
{
    private CommandSlot _command;
    private long _takerOrderId;

    /// <summary>Adds the messages of a trading command's record, in order.</summary>
    public void Add(in Record record)
    {
        var isRead = TradingCommandCodec.TryRead(record.CommandType, record.Body, ref _command);
        var events = record.Events;
        if (record.CommandType.IsContinuation())
        {
            _takerOrderId = _command.OrderId;
        }

        while (events.MoveNext())
        {
            if (events.Type == EventType.CommandRejected)
            {
                AddRejection(record, isRead, events.As<CommandRejected>().Reason);
                return;
            }

            Invariant.That(isRead, "the body of an executed command is readable");
            Add(ref events, record.AccountId, symbols().Symbol(record.SymbolId));
        }
    }

    private void Add(ref EventReader events, int accountId, Symbol symbol)
    {
        switch (events.Type)
        {
            case EventType.OrderAccepted:
                AddAccepted(events.As<OrderAccepted>(), accountId, symbol);
                break;
            case EventType.TradeExecuted:
                ref readonly var trade = ref events.As<TradeExecuted>();
                AddFill(trade, accountId, symbol, isMaker: false);
                AddFill(trade, trade.MakerAccountId, symbol, isMaker: true);
                break;
            case EventType.OrderRested:
                ref readonly var rested = ref events.As<OrderRested>();
                Begin("OrderRested", accountId, symbol, rested.OrderId);
                json.Quantity("leavesQuantity", symbol, rested.Leaves);
                json.End();
                break;
            case EventType.OrderFilled:
                Begin("OrderFilled", accountId, symbol, events.As<OrderFilled>().OrderId);
                json.End();
                break;
            case EventType.OrderExpired:
                ref readonly var expired = ref events.As<OrderExpired>();
                Begin("OrderExpired", accountId, symbol, expired.OrderId).WriteString("reason", $"{expired.Reason}");
                json.Quantity("leavesQuantity", symbol, expired.Leaves);
                json.End();
                break;
            case EventType.OrderCanceled:
                ref readonly var canceled = ref events.As<OrderCanceled>();
                Begin("OrderCanceled", accountId, symbol, canceled.OrderId).WriteString("side", $"{canceled.Side}");
                json.Price("price", symbol, canceled.Price);
                json.Quantity("leavesQuantity", symbol, canceled.Leaves);
                json.End();
                break;
            case EventType.OrderReduced:
                ref readonly var reduced = ref events.As<OrderReduced>();
                Begin("OrderReduced", accountId, symbol, reduced.OrderId).WriteString("side", $"{reduced.Side}");
                json.Price("price", symbol, reduced.Price);
                json.Quantity("reducedBy", symbol, reduced.ReducedBy);
                json.End();
                break;
            case EventType.OrderMoved:
                AddMoved(events.As<OrderMoved>(), accountId, symbol);
                break;
        }
    }

    private void AddAccepted(in OrderAccepted accepted, int accountId, Symbol symbol)
    {
        _takerOrderId = accepted.OrderId;
        var writer = Begin("OrderAccepted", accountId, symbol, accepted.OrderId);
        writer.WriteString("clientOrderId", _command.ClientOrderId.ToString());
        writer.WriteString("side", $"{_command.Side}");
        writer.WriteString("orderType", $"{_command.OrderType}");
        writer.WriteString("timeInForce", $"{_command.TimeInForce}");
        if (_command.Price != 0)
        {
            json.Price("price", symbol, _command.Price);
        }

        if ((_command.Flags & OrderFlags.QuoteQuantity) != 0)
        {
            json.Amount("quoteOrderQuantity", symbol.QuoteAsset, _command.Quantity);
        }
        else
        {
            json.Quantity("quantity", symbol, _command.Quantity);
        }

        writer.WriteBoolean("rests", accepted.RestsWhole != 0);
        json.End();
    }

    private void AddFill(in TradeExecuted trade, int accountId, Symbol symbol, bool isMaker)
    {
        var takerSells = (trade.Flags & TradeFlags.TakerSells) != 0;
        var side = takerSells == isMaker ? Side.Buy : Side.Sell;
        var writer = Begin("OrderTraded", accountId, symbol, isMaker ? trade.MakerOrderId : _takerOrderId);
        writer.WriteNumber("tradeId", trade.TradeId);
        writer.WriteNumber("aggregateTradeId", trade.AggregateTradeId);
        writer.WriteBoolean("isMaker", isMaker);
        writer.WriteString("side", $"{side}");
        json.Price("price", symbol, trade.Price);
        json.Quantity("quantity", symbol, trade.Quantity);
        json.Amount("quoteQuantity", symbol.QuoteAsset, symbol.Notional(trade.Price, trade.Quantity));
        var received = side == Side.Buy ? symbol.BaseAsset : symbol.QuoteAsset;
        json.Amount("fee", received, isMaker ? trade.MakerFee : trade.TakerFee);
        writer.WriteString("feeAsset", received.Name);
        if (isMaker)
        {
            writer.WriteBoolean("isFilled", (trade.Flags & TradeFlags.MakerFilled) != 0);
        }

        json.End();
    }

    private void AddMoved(in OrderMoved moved, int accountId, Symbol symbol)
    {
        _takerOrderId = moved.OrderId;
        var writer = Begin("OrderMoved", accountId, symbol, moved.OrderId);
        writer.WriteString("side", $"{moved.Side}");
        json.Price("oldPrice", symbol, moved.OldPrice);
        json.Price("newPrice", symbol, moved.NewPrice);
        json.Quantity("leavesQuantity", symbol, moved.Leaves);
        writer.WriteBoolean("rests", moved.RestsWhole != 0);
        json.End();
    }

    private void AddRejection(in Record record, bool isRead, RejectReason reason)
    {
        var name = record.SymbolId < symbols().Symbols.Length ? symbols().Symbol(record.SymbolId).Name : null;
        var writer = json.Begin("RequestRejected", record.AccountId, name);
        writer.WriteString("request", $"{record.CommandType}");
        writer.WriteString("reason", $"{reason}");
        if (isRead && _command.ClientOrderId.Length > 0)
        {
            writer.WriteString("clientOrderId", _command.ClientOrderId.ToString());
        }

        if (isRead && _command.OrderId != 0)
        {
            writer.WriteNumber("orderId", _command.OrderId);
        }

        json.End();
    }

    private Utf8JsonWriter Begin(string type, int accountId, Symbol symbol, long orderId)
    {
        var writer = json.Begin(type, accountId, symbol.Name);
        writer.WriteNumber("orderId", orderId);
        return writer;
    }
}
