using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>Turns the records of one command, as the engine encodes them, into plain events.</summary>
public static class OutcomeReader
{
    /// <summary>
    /// Returns the events of all records of one command as if its work had not been bounded: of several book updates only the last stays.
    /// </summary>
    /// <param name="records">The command's record and those that continue it, one after another.</param>
    /// <param name="updateCount">
    /// Update ids that the command used, one per record that changed the book: see <see cref="Reference.ReferenceExchange.SkipUpdateIds"/>.
    /// </param>
    public static List<ExchangeEvent> Read(ReadOnlySpan<byte> records, out int updateCount)
    {
        List<ExchangeEvent> merged = [];
        Updated? lastUpdate = null;
        updateCount = 0;
        while (!records.IsEmpty)
        {
            var record = new Record(records);
            var events = record.Events;
            while (events.MoveNext())
            {
                var plain = ToPlain(events);
                if (plain is Updated update)
                {
                    lastUpdate = update;
                    updateCount++;
                }
                else
                {
                    merged.Add(plain);
                }
            }

            records = records[record.Bytes.Length..];
        }

        if (lastUpdate is not null)
        {
            merged.Add(lastUpdate);
        }

        return merged;
    }

    private static ExchangeEvent ToPlain(EventReader events)
    {
        switch (events.Type)
        {
            case EventType.OrderAccepted:
                ref readonly var accepted = ref events.As<OrderAccepted>();
                return new Accepted(accepted.OrderId, accepted.Held, accepted.RestsWhole != 0);
            case EventType.CommandRejected:
                return new Rejected(events.As<CommandRejected>().Reason);
            case EventType.TradeExecuted:
                ref readonly var trade = ref events.As<TradeExecuted>();
                return new Traded(
                    trade.Flags.HasFlag(TradeFlags.TakerSells) ? Side.Sell : Side.Buy,
                    trade.MakerAccountId,
                    trade.MakerOrderId,
                    trade.Flags.HasFlag(TradeFlags.MakerFilled),
                    trade.TradeId,
                    trade.AggregateTradeId,
                    trade.Price,
                    trade.Quantity,
                    trade.MakerFee,
                    trade.TakerFee);
            case EventType.OrderRested:
                ref readonly var rested = ref events.As<OrderRested>();
                return new Rested(rested.OrderId, rested.Leaves, rested.Released);
            case EventType.OrderFilled:
                ref readonly var filled = ref events.As<OrderFilled>();
                return new Filled(filled.OrderId, filled.Released);
            case EventType.OrderExpired:
                ref readonly var expired = ref events.As<OrderExpired>();
                return new Expired(expired.OrderId, expired.Reason, expired.Leaves, expired.Released);
            case EventType.OrderCanceled:
                ref readonly var canceled = ref events.As<OrderCanceled>();
                return new Canceled(canceled.OrderId, canceled.Side, canceled.Price, canceled.Leaves, canceled.Released);
            case EventType.OrderReduced:
                ref readonly var reduced = ref events.As<OrderReduced>();
                return new Reduced(reduced.OrderId, reduced.Side, reduced.Price, reduced.ReducedBy, reduced.Released);
            case EventType.OrderMoved:
                ref readonly var moved = ref events.As<OrderMoved>();
                return new Moved(
                    moved.OrderId, moved.Side, moved.OldPrice, moved.NewPrice, moved.Leaves, moved.HeldChange, moved.RestsWhole != 0);
            case EventType.BookUpdated:
                return new Updated(events.As<BookUpdated>().UpdateId);
            case EventType.AccountOpened:
                return new Opened(events.As<AccountOpened>().AccountId);
            case EventType.BalanceAdjusted:
                ref readonly var adjusted = ref events.As<BalanceAdjusted>();
                return new Adjusted(adjusted.AccountId, adjusted.AssetId, adjusted.Change);
            case EventType.AssetAdded:
                ref readonly var asset = ref events.As<AssetAdded>();
                return new AssetCreated(asset.AssetId, asset.IsBase != 0);
            case EventType.SymbolAdded:
                ref readonly var symbol = ref events.As<SymbolAdded>();
                return new SymbolCreated(symbol.SymbolId, symbol.BaseAssetId, symbol.QuoteAssetId);
            case EventType.QuarantineChanged:
                ref readonly var quarantine = ref events.As<QuarantineChanged>();
                return new QuarantineSet(quarantine.AccountId, quarantine.SymbolId, quarantine.CancelOnly != 0);
            default:
                throw new InvalidDataException($"event type {events.Type} has no plain form");
        }
    }
}
