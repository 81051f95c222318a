using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>New orders: the checks in their order, then matching and what becomes of the rest.</summary>
public sealed partial class ReferenceExchange
{
    private List<ExchangeEvent> Place(in CommandSlot command, long timeUs)
    {
        if (CheckRequest(command, timeUs) is var requestReason and not RejectReason.None)
        {
            return Reject(requestReason);
        }

        var symbol = _symbols[command.SymbolId];
        var book = _books[command.SymbolId];
        var side = command.Side;
        var isMarket = command.OrderType == OrderType.Market;
        if (command.OrderType == OrderType.LimitMaker && book.Crosses(side, command.Price))
        {
            return Reject(RejectReason.WouldImmediatelyMatch);
        }

        var lots = command.Quantity;
        var isExhausted = false;
        if (command.Flags.HasFlag(OrderFlags.QuoteQuantity))
        {
            (var affordable, isExhausted) = LotsFor(symbol, book, side, command.Quantity);
            if (affordable < symbol.MinQuantity)
            {
                return Reject(RejectReason.InsufficientLiquidityForLot);
            }

            if (affordable * symbol.Spec.LotSize < symbol.Spec.MarketMinQuantity)
            {
                return Reject(RejectReason.InsufficientLiquidityForMarketLot);
            }

            if (affordable > symbol.MaxQuantity)
            {
                return Reject(RejectReason.LotSize);
            }

            if (symbol.Spec.MarketMaxQuantity != 0 && affordable * symbol.Spec.LotSize > symbol.Spec.MarketMaxQuantity)
            {
                return Reject(RejectReason.MarketLotSize);
            }

            lots = (long)affordable;
        }

        var need = isMarket && side == Side.Buy
            ? MarketCost(symbol, book, lots)
            : symbol.HoldFor(side, command.Price, lots);
        if (_ledger.Free(command.AccountId, symbol.PaidAsset(side).Id) < need)
        {
            return Reject(RejectReason.InsufficientBalance);
        }

        var order = new ReferenceOrder
        {
            Id = ++_lastOrderId,
            AccountId = command.AccountId,
            Symbol = symbol,
            Side = side,
            Type = command.OrderType,
            ClientOrderId = command.ClientOrderId.ToString(),
            Price = command.Price,
            Leaves = lots,
            Held = need,
        };
        _ledger.Hold(order.AccountId, order.PaidAssetId, need);
        _risk.OnOrderAccepted(order.AccountId, timeUs);
        return Enter(order, command.TimeInForce, isExhausted, timeUs);
    }

    /// <summary>Returns the first reason, of those that do not need the order's own walk through the book, to refuse it.</summary>
    private RejectReason CheckRequest(in CommandSlot command, long timeUs)
    {
        var accountId = command.AccountId;
        var symbol = _symbols[command.SymbolId];
        var isMarket = command.OrderType == OrderType.Market;
        var isByQuote = command.Flags.HasFlag(OrderFlags.QuoteQuantity);
        var mayRest = !isMarket && command.TimeInForce == TimeInForce.Gtc;
        if (CheckCancelOnly(command) is var closed and not RejectReason.None)
        {
            return closed;
        }

        if (command.Side is not (Side.Buy or Side.Sell))
        {
            return RejectReason.InvalidSide;
        }

        if (command.OrderType is not (OrderType.Limit or OrderType.LimitMaker or OrderType.Market) || (isByQuote && !isMarket))
        {
            return RejectReason.InvalidOrderType;
        }

        TimeInForce[] allowed = command.OrderType == OrderType.Limit ? [TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok] : [TimeInForce.Gtc];
        if (!allowed.Contains(command.TimeInForce))
        {
            return RejectReason.InvalidTimeInForce;
        }

        if (command.Quantity <= 0)
        {
            return RejectReason.InvalidQuantity;
        }

        if (isMarket ? command.Price != 0 : command.Price <= 0)
        {
            return RejectReason.InvalidPrice;
        }

        var openOrders = _openOrders.Values.Count(order => order.AccountId == accountId && order.Symbol == symbol);
        if (_risk.CheckNewOrder(command, symbol, openOrders, timeUs) is var broken and not RejectReason.None)
        {
            return broken;
        }

        if (mayRest && _openOrders.Count >= genesis.RestingOrderLimit)
        {
            return RejectReason.TooManyRestingOrders;
        }

        return !command.ClientOrderId.IsEmpty && FindByClientId(accountId, command.ClientOrderId.ToString()) is not null
            ? RejectReason.DuplicateClientOrderId
            : RejectReason.None;
    }

    private RejectReason CheckCancelOnly(in CommandSlot command)
    {
        if (_cancelOnlySymbols.Contains(command.SymbolId))
        {
            return RejectReason.MarketClosed;
        }

        return _cancelOnlyAccounts.Contains(command.AccountId) ? RejectReason.AccountCancelOnly : RejectReason.None;
    }

    /// <summary>
    /// Returns how many lots an amount of the quote asset buys or sells, and whether the book ran out while the rest of the amount was
    /// still worth a lot at the last price seen.
    /// </summary>
    private (Int128 Lots, bool IsExhausted) LotsFor(Symbol symbol, ReferenceBook book, Side side, Int128 amount)
    {
        Int128 lots = 0;
        var rest = amount;
        var isLotLeft = false;
        foreach (var (price, queue) in book.Levels(side.Opposite()).Take(genesis.SweepLevelLimit))
        {
            Int128 available = queue.Sum(order => order.Leaves);
            var pricePerLot = (Int128)price * symbol.QuoteUnitsPerTickLot;
            var taken = Int128.Min(available, rest / pricePerLot);
            lots += taken;
            rest -= taken * pricePerLot;
            if (taken < available)
            {
                return (lots, false);
            }

            isLotLeft = rest >= pricePerLot;
        }

        return (lots, isLotLeft);
    }

    /// <summary>Returns what a market order to buy will really pay, in units of the quote asset.</summary>
    private Int128 MarketCost(Symbol symbol, ReferenceBook book, long lots)
    {
        Int128 cost = 0;
        foreach (var (price, queue) in book.Levels(Side.Sell).Take(genesis.SweepLevelLimit))
        {
            var taken = Math.Min(lots, queue.Sum(order => order.Leaves));
            cost += (Int128)price * taken * symbol.QuoteUnitsPerTickLot;
            lots -= taken;
        }

        return cost;
    }

    private List<ExchangeEvent> Enter(ReferenceOrder order, TimeInForce timeInForce, bool isExhausted, long timeUs)
    {
        var book = _books[order.Symbol.Id];
        var isMarket = order.Type == OrderType.Market;
        var rests = !isMarket && timeInForce == TimeInForce.Gtc;
        var restsWhole = rests && !book.Crosses(order.Side, order.Price);
        List<ExchangeEvent> events = [new Accepted(order.Id, (long)order.Held, restsWhole)];
        if (timeInForce == TimeInForce.Fok && AvailableFor(order) < order.Leaves)
        {
            events.Add(new Expired(order.Id, ExpireReason.UnfilledFok, order.Leaves, ReleaseAllBut(order, 0)));
            return events;
        }

        var tradeCount = Match(order, events, timeUs);
        if (restsWhole)
        {
            Rest(order);
        }
        else if (isMarket && (order.Leaves > 0 || isExhausted))
        {
            events.Add(new Expired(order.Id, ExpireReason.InsufficientLiquidity, order.Leaves, ReleaseAllBut(order, 0)));
        }
        else if (order.Leaves == 0)
        {
            events.Add(new Filled(order.Id, ReleaseAllBut(order, 0)));
        }
        else if (rests)
        {
            events.Add(RestRemainder(order));
        }
        else
        {
            events.Add(new Expired(order.Id, ExpireReason.UnfilledIoc, order.Leaves, ReleaseAllBut(order, 0)));
        }

        if (tradeCount > 0 || restsWhole)
        {
            events.Add(new Updated(++book.UpdateId));
        }

        return events;
    }

    /// <summary>Returns the lots that a fill-or-kill order could trade.</summary>
    private Int128 AvailableFor(ReferenceOrder order) =>
        _books[order.Symbol.Id].Levels(order.Side.Opposite())
            .Take(genesis.SweepLevelLimit)
            .Where(level => ReferenceBook.IsAtOrBetter(order.Side, order.Price, level.Price))
            .Aggregate((Int128)0, (sum, level) => sum + level.Queue.Sum(maker => maker.Leaves));

    /// <summary>Trades the order against the other side as far as its price (a market order: the level limit) allows; returns the number of trades.</summary>
    private int Match(ReferenceOrder taker, List<ExchangeEvent> events, long timeUs)
    {
        var book = _books[taker.Symbol.Id];
        var isMarket = taker.Type == OrderType.Market;
        var tradeCount = 0;
        var levelCount = 0;
        long? lastPrice = null;
        while (taker.Leaves > 0 && book.Best(taker.Side.Opposite()) is { } maker)
        {
            if (!isMarket && !ReferenceBook.IsAtOrBetter(taker.Side, taker.Price, maker.Price))
            {
                break;
            }

            if (maker.Price != lastPrice)
            {
                if (isMarket && levelCount == genesis.SweepLevelLimit)
                {
                    break;
                }

                lastPrice = maker.Price;
                levelCount++;
                book.LastAggregateTradeId++;
            }

            events.Add(Trade(taker, maker, book, timeUs));
            tradeCount++;
        }

        return tradeCount;
    }

    private Traded Trade(ReferenceOrder taker, ReferenceOrder maker, ReferenceBook book, long timeUs)
    {
        var symbol = taker.Symbol;
        var quantity = Math.Min(taker.Leaves, maker.Leaves);
        Int128 baseAmount = symbol.BaseAmount(quantity);
        Int128 quoteAmount = symbol.Notional(maker.Price, quantity);
        var (buyer, seller) = taker.Side == Side.Buy ? (taker, maker) : (maker, taker);
        var buyerFee = ReferenceLedger.Fee(baseAmount, FeePpm(symbol, isMaker: buyer == maker));
        var sellerFee = ReferenceLedger.Fee(quoteAmount, FeePpm(symbol, isMaker: seller == maker));
        _ledger.Pay(buyer.AccountId, seller.AccountId, symbol.QuoteAsset.Id, quoteAmount, sellerFee);
        _ledger.Pay(seller.AccountId, buyer.AccountId, symbol.BaseAsset.Id, baseAmount, buyerFee);
        buyer.Held -= quoteAmount;
        seller.Held -= baseAmount;
        buyer.Leaves -= quantity;
        seller.Leaves -= quantity;
        _risk.OnTrade(symbol, maker.Price, quantity, timeUs);
        CountFirstFill(taker, isMaker: false, timeUs);
        CountFirstFill(maker, isMaker: true, timeUs);
        if (maker.Leaves == 0)
        {
            Invariant.That(maker.Held == 0, "a filled maker has used its hold up exactly");
            book.Remove(maker);
            _openOrders.Remove(maker.Id);
        }

        var (makerFee, takerFee) = buyer == maker ? (buyerFee, sellerFee) : (sellerFee, buyerFee);
        return new Traded(
            taker.Side,
            maker.AccountId,
            maker.Id,
            maker.Leaves == 0,
            ++book.LastTradeId,
            book.LastAggregateTradeId,
            maker.Price,
            quantity,
            (long)makerFee,
            (long)takerFee);
    }

    private void CountFirstFill(ReferenceOrder order, bool isMaker, long timeUs)
    {
        if (!order.HasFill)
        {
            order.HasFill = true;
            _risk.OnFirstFill(order.AccountId, isMaker, timeUs);
        }
    }

    private static int FeePpm(Symbol symbol, bool isMaker) => isMaker ? symbol.Spec.MakerFeePpm : symbol.Spec.TakerFeePpm;

    private Rested RestRemainder(ReferenceOrder order)
    {
        var released = ReleaseAllBut(order, order.Symbol.HoldFor(order.Side, order.Price, order.Leaves));
        Rest(order);
        return new Rested(order.Id, order.Leaves, released);
    }

    private void Rest(ReferenceOrder order)
    {
        _books[order.Symbol.Id].Add(order);
        _openOrders[order.Id] = order;
    }

    /// <summary>Gives back what the order holds beyond <paramref name="kept"/>, and returns how much that was.</summary>
    private long ReleaseAllBut(ReferenceOrder order, Int128 kept)
    {
        var released = order.Held - kept;
        _ledger.Release(order.AccountId, order.PaidAssetId, released);
        order.Held = kept;
        return (long)released;
    }
}
