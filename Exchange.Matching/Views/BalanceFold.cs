using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>What a <see cref="BalanceFold{TChanges}"/> tells: every movement of money, in order. Amounts are units of the asset.</summary>
public interface IBalanceChanges
{
    Symbol Symbol(int symbolId);

    /// <summary>From free to held; a negative amount goes back. Not 0.</summary>
    void Hold(int accountId, int assetId, long amount, long timeUs);

    /// <summary>Held money left the account in a trade.</summary>
    void Pay(int accountId, int assetId, long amount, long timeUs);

    /// <summary>Money came in by a trade: <paramref name="amount"/> less <paramref name="fee"/> is free now, the fee is the exchange's.</summary>
    void Receive(int accountId, int assetId, long amount, long fee, long timeUs);

    /// <summary>A deposit, or (negative) a withdrawal, of free money.</summary>
    void Adjust(int accountId, int assetId, long change, long timeUs);
}

/// <summary>
/// The one place that says what a record does to balances; the published view and every projection into a store fold with it.
/// One thread; allocates nothing.
/// </summary>
/// <typeparam name="TChanges">A struct, so that calls inline.</typeparam>
public sealed class BalanceFold<TChanges>(TChanges changes)
    where TChanges : struct, IBalanceChanges
{
    private TChanges _changes = changes;
    private CommandSlot _command;

    /// <summary>
    /// The side of the incoming order: all that the fold keeps from record to record, since a continued command does not say it again.
    /// </summary>
    public Side TakerSide { get; set; }

    /// <summary>Applies one record; one that moves no money, or was rejected, changes nothing.</summary>
    public void Apply(in Record record)
    {
        var events = record.Events;
        if (!events.MoveNext() || events.Type == EventType.CommandRejected)
        {
            return;
        }

        if (record.CommandType.IsTrading())
        {
            ApplyTrading(record, events);
            return;
        }

        do
        {
            if (events.Type == EventType.BalanceAdjusted)
            {
                ref readonly var adjusted = ref events.As<BalanceAdjusted>();
                _changes.Adjust(adjusted.AccountId, adjusted.AssetId, adjusted.Change, record.TimeUs);
            }
        }
        while (events.MoveNext());
    }

    private void ApplyTrading(in Record record, EventReader events)
    {
        var symbol = _changes.Symbol(record.SymbolId);
        var accountId = record.AccountId;
        var timeUs = record.TimeUs;
        do
        {
            switch (events.Type)
            {
                case EventType.OrderAccepted:
                    TakerSide = SideOf(record);
                    Hold(accountId, symbol.PaidAsset(TakerSide), events.As<OrderAccepted>().Held, timeUs);
                    break;
                case EventType.TradeExecuted:
                    Settle(accountId, symbol, events.As<TradeExecuted>(), timeUs);
                    break;
                case EventType.OrderRested:
                    Hold(accountId, symbol.PaidAsset(TakerSide), -events.As<OrderRested>().Released, timeUs);
                    break;
                case EventType.OrderFilled:
                    Hold(accountId, symbol.PaidAsset(TakerSide), -events.As<OrderFilled>().Released, timeUs);
                    break;
                case EventType.OrderExpired:
                    Hold(accountId, symbol.PaidAsset(TakerSide), -events.As<OrderExpired>().Released, timeUs);
                    break;
                case EventType.OrderCanceled:
                    ref readonly var canceled = ref events.As<OrderCanceled>();
                    Hold(accountId, symbol.PaidAsset(canceled.Side), -canceled.Released, timeUs);
                    break;
                case EventType.OrderReduced:
                    ref readonly var reduced = ref events.As<OrderReduced>();
                    Hold(accountId, symbol.PaidAsset(reduced.Side), -reduced.Released, timeUs);
                    break;
                case EventType.OrderMoved:
                    ref readonly var moved = ref events.As<OrderMoved>();
                    TakerSide = moved.Side;
                    Hold(accountId, symbol.PaidAsset(moved.Side), moved.HeldChange, timeUs);
                    break;
            }
        }
        while (events.MoveNext());
    }

    private Side SideOf(in Record record)
    {
        Invariant.That(TradingCommandCodec.TryRead(record.CommandType, record.Body, ref _command), "an accepted order's command can be read");
        return _command.Side;
    }

    private void Settle(int takerAccountId, Symbol symbol, in TradeExecuted trade, long timeUs)
    {
        var takerSells = (trade.Flags & TradeFlags.TakerSells) != 0;
        var (buyer, seller) = takerSells ? (trade.MakerAccountId, takerAccountId) : (takerAccountId, trade.MakerAccountId);
        var (buyerFee, sellerFee) = takerSells ? (trade.MakerFee, trade.TakerFee) : (trade.TakerFee, trade.MakerFee);
        var baseAmount = symbol.BaseAmount(trade.Quantity);
        var quoteAmount = symbol.Notional(trade.Price, trade.Quantity);
        _changes.Pay(buyer, symbol.QuoteAsset.Id, quoteAmount, timeUs);
        _changes.Pay(seller, symbol.BaseAsset.Id, baseAmount, timeUs);
        _changes.Receive(buyer, symbol.BaseAsset.Id, baseAmount, buyerFee, timeUs);
        _changes.Receive(seller, symbol.QuoteAsset.Id, quoteAmount, sellerFee, timeUs);
    }

    private void Hold(int accountId, Asset asset, long amount, long timeUs)
    {
        if (amount != 0)
        {
            _changes.Hold(accountId, asset.Id, amount, timeUs);
        }
    }
}
