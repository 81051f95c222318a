using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed partial class MatchingEngine<TRisk, TLedger>
{
    private void Place(ref CommandSlot order, long timeUs, ref RecordWriter record)
    {
        var reason = CheckPlace(ref order, timeUs, out var lots, out var held, out var isExhausted);
        if (reason != RejectReason.None)
        {
            record.Reject(reason);
            return;
        }

        var book = _books[order.SymbolId];
        var symbol = book.Symbol;
        var isMarket = order.OrderType == OrderType.Market;
        var restsWhole = order.TimeInForce == TimeInForce.Gtc && !isMarket && !book.Crosses(order.Side, order.Price);

        BeginChange();
        var orderId = ++_lastOrderId;
        _ledger.Hold(order.AccountId, symbol.PaidAsset(order.Side).Id, held);
        _risk.OnOrderAccepted(order.AccountId, timeUs);
        record.Append(new OrderAccepted
        {
            Type = EventType.OrderAccepted,
            RestsWhole = restsWhole ? (byte)1 : (byte)0,
            OrderId = orderId,
            Held = held,
        });

        if (restsWhole)
        {
            Rest(book, orderId, order.AccountId, order.Side, order.OrderType, order.Price, lots, hasFills: false, in order.ClientOrderId);
            AppendBookUpdated(book, ref record);
            return;
        }

        _taker = new Taker
        {
            OrderId = orderId,
            AccountId = order.AccountId,
            SymbolId = order.SymbolId,
            Side = order.Side,
            Type = order.OrderType,
            TimeInForce = order.TimeInForce,
            Price = order.Price,
            LimitKey = isMarket ? long.MaxValue : book.KeyOf(order.Side.Opposite(), order.Price),
            Leaves = lots,
            Held = held,
            LevelsLeft = isMarket ? _sweepLevelLimit : int.MaxValue,
            ExpiresWhenDone = isExhausted,
            ClientOrderId = order.ClientOrderId,
        };
        if (order.TimeInForce == TimeInForce.Fok && !CanFillWhole(book, order.Side, _taker.LimitKey, lots))
        {
            Expire(symbol, ExpireReason.UnfilledFok, ref record);
            return;
        }

        Match(book, timeUs, bookChanged: false, ref record);
    }

    /// <summary>Everything that can refuse a new order, in the order in which the first failure counts; changes nothing.</summary>
    /// <param name="lots">The order's quantity in lots.</param>
    /// <param name="held">What it needs, units of the paid asset.</param>
    /// <param name="isExhausted">A market order by quote amount whose money outlasts the book.</param>
    private RejectReason CheckPlace(ref CommandSlot order, long timeUs, out long lots, out long held, out bool isExhausted)
    {
        lots = order.Quantity;
        held = 0;
        isExhausted = false;
        var reason = CheckMayTrade(order.AccountId, order.SymbolId);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        reason = CheckShape(ref order);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        var book = _books[order.SymbolId];
        var symbol = book.Symbol;
        var accountOrders = _orders.FindAccountOrders(order.AccountId, order.SymbolId);
        var openOrders = accountOrders == 0 ? 0 : _orders.OrdersOf(accountOrders).Count;
        reason = _risk.CheckNewOrder(in order, symbol, openOrders, timeUs);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        var mayRest = order.OrderType == OrderType.LimitMaker || (order.OrderType == OrderType.Limit && order.TimeInForce == TimeInForce.Gtc);
        if (mayRest && _orders.Count >= _restingOrderLimit)
        {
            return RejectReason.TooManyRestingOrders;
        }

        if (!order.ClientOrderId.IsEmpty && _orders.Find(order.AccountId, in order.ClientOrderId) != 0)
        {
            return RejectReason.DuplicateClientOrderId;
        }

        if (order.OrderType == OrderType.LimitMaker && book.Crosses(order.Side, order.Price))
        {
            return RejectReason.WouldImmediatelyMatch;
        }

        if (order.OrderType != OrderType.Market)
        {
            held = symbol.HoldFor(order.Side, order.Price, lots);
        }
        else
        {
            reason = CheckMarket(book, ref order, out lots, out held, out isExhausted);
            if (reason != RejectReason.None)
            {
                return reason;
            }
        }

        return _ledger.Free(order.AccountId, symbol.PaidAsset(order.Side).Id) < held ? RejectReason.InsufficientBalance : RejectReason.None;
    }

    private RejectReason CheckMayTrade(int accountId, int symbolId)
    {
        if ((uint)symbolId >= (uint)_books.Length)
        {
            return RejectReason.UnknownSymbol;
        }

        if (accountId <= 0 || accountId > _ledger.AccountCount)
        {
            return RejectReason.UnknownAccount;
        }

        if (_books[symbolId].IsCancelOnly)
        {
            return RejectReason.MarketClosed;
        }

        return IsCancelOnly(accountId) ? RejectReason.AccountCancelOnly : RejectReason.None;
    }

    private static RejectReason CheckShape(ref CommandSlot order)
    {
        if (order.Side > Side.Sell)
        {
            return RejectReason.InvalidSide;
        }

        if (order.OrderType is < OrderType.Limit or > OrderType.Market
            || (order.Flags & ~OrderFlags.QuoteQuantity) != 0
            || ((order.Flags & OrderFlags.QuoteQuantity) != 0 && order.OrderType != OrderType.Market))
        {
            return RejectReason.InvalidOrderType;
        }

        if (order.TimeInForce is < TimeInForce.Gtc or > TimeInForce.Fok
            || (order.OrderType != OrderType.Limit && order.TimeInForce != TimeInForce.Gtc))
        {
            return RejectReason.InvalidTimeInForce;
        }

        if (order.Quantity <= 0)
        {
            return RejectReason.InvalidQuantity;
        }

        return order.OrderType == OrderType.Market ? order.Price == 0 ? RejectReason.None : RejectReason.InvalidPrice
            : order.Price > 0 ? RejectReason.None : RejectReason.InvalidPrice;
    }

    /// <summary>Finds out what a market order trades and needs; a quote amount becomes lots here.</summary>
    private RejectReason CheckMarket(SymbolBook book, ref CommandSlot order, out long lots, out long held, out bool isExhausted)
    {
        lots = order.Quantity;
        held = 0;
        isExhausted = false;
        var symbol = book.Symbol;
        var byQuote = (order.Flags & OrderFlags.QuoteQuantity) != 0;
        if (!byQuote && order.Side == Side.Sell)
        {
            held = symbol.BaseAmount(lots);
            return RejectReason.None;
        }

        var sweep = book.LookThrough(
            order.Side, long.MaxValue, byQuote ? long.MaxValue : lots, byQuote ? order.Quantity : long.MaxValue, _sweepLevelLimit);
        if (byQuote)
        {
            lots = sweep.Lots;
            isExhausted = sweep.IsExhausted;
            if (lots < symbol.MinQuantity)
            {
                return RejectReason.InsufficientLiquidityForLot;
            }

            if (lots < symbol.MarketMinQuantity)
            {
                return RejectReason.InsufficientLiquidityForMarketLot;
            }

            if (lots > symbol.MarketMaxQuantity)
            {
                return lots > symbol.MaxQuantity ? RejectReason.LotSize : RejectReason.MarketLotSize;
            }
        }

        held = order.Side == Side.Buy ? sweep.Quote : symbol.BaseAmount(lots);
        return RejectReason.None;
    }

    private bool CanFillWhole(SymbolBook book, Side side, long limitKey, long lots) =>
        book.LookThrough(side, limitKey, lots, long.MaxValue, _sweepLevelLimit).Lots == lots;

    /// <summary>Puts a new order, or what is left of it, into the store and the book.</summary>
    private void Rest(
        SymbolBook book, long orderId, int accountId, Side side, OrderType type, long price, long leaves, bool hasFills, in ClientOrderId clientOrderId)
    {
        var slot = _orders.Add(orderId, accountId, book.Symbol.Id, in clientOrderId);
        ref var order = ref _orders[slot];
        order.Side = side;
        order.Type = type;
        order.Price = price;
        order.Leaves = leaves;
        order.HasFills = hasFills;
        book.AddLast(slot);
    }

    private static void AppendBookUpdated(SymbolBook book, ref RecordWriter record) =>
        record.Append(new BookUpdated { Type = EventType.BookUpdated, UpdateId = ++book.LastUpdateId });
}
