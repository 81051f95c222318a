using Exchange.Host.Security;
using Exchange.Matching.Types;
using Exchange.Orders;

namespace Exchange.Host.Api.Endpoints;

/// <summary>How much of a placed order the answer tells.</summary>
internal enum ResponseType
{
    Ack,
    Result,
    Full,
}

/// <summary>
/// A new order from its parameters (API.md A6): syntax, then names, then the filters that need no state (A9: precision, PRICE_FILTER,
/// LOT_SIZE). What the engine decides (notional, funds, counts) is left to it.
/// </summary>
internal static class OrderParameters
{
    /// <summary>Every name of a new order; those of types and features that are not there are refused, never silently dropped.</summary>
    public static readonly string[] Names =
    [
        "symbol", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price", "newClientOrderId", "strategyId", "strategyType",
        "stopPrice", "trailingDelta", "icebergQty", "newOrderRespType", "selfTradePreventionMode",
        "pegPriceType", "pegOffsetValue", "pegOffsetType",
    ];

    /// <summary>Reads the order; false with an error in the request when it cannot be handed to the engine.</summary>
    public static bool TryRead(ApiRequest request, out NewOrder order, out ResponseType responseType)
    {
        order = new NewOrder { AccountId = request.AccountId, DeadlineUs = request.DeadlineUs };
        var symbol = request.MandatorySymbol();
        order.Side = ReadSide(request);
        order.Type = ReadType(request);
        order.TimeInForce = ReadTimeInForce(request, order.Type);
        var quantity = request.Decimal("quantity"u8);
        var quoteQuantity = request.Decimal("quoteOrderQty"u8);
        var price = request.Decimal("price"u8);
        CheckPresence(request, order.Type);
        order.ClientOrderId = request.ClientOrderId("newClientOrderId"u8, Errors.NewClientOrderIdEmpty);
        RefuseUnsupported(request);
        responseType = ReadResponseType(request, order.Type);
        ReadSelfTradePrevention(request);
        if (!request.EndParameters())
        {
            return false;
        }

        order.Symbol = symbol!;
        if (order.ClientOrderId.IsEmpty)
        {
            order.ClientOrderId = RandomText.ClientOrderId();
        }

        return ApplyFilters(request, ref order, quantity, quoteQuantity, price);
    }

    private static Side ReadSide(ApiRequest request)
    {
        request.Require("side"u8);
        if (request.TryText("side"u8, out var text) && !text.SequenceEqual("BUY"u8) && !text.SequenceEqual("SELL"u8))
        {
            request.Fail(Errors.InvalidSide);
        }

        return text.SequenceEqual("SELL"u8) ? Side.Sell : Side.Buy;
    }

    private static OrderType ReadType(ApiRequest request)
    {
        request.Require("type"u8);
        if (!request.TryText("type"u8, out var text) || text.SequenceEqual("LIMIT"u8))
        {
            return OrderType.Limit;
        }

        if (text.SequenceEqual("LIMIT_MAKER"u8))
        {
            return OrderType.LimitMaker;
        }

        if (text.SequenceEqual("MARKET"u8))
        {
            return OrderType.Market;
        }

        request.Fail(
            text.SequenceEqual("STOP_LOSS"u8) ? Errors.StopLoss
            : text.SequenceEqual("STOP_LOSS_LIMIT"u8) ? Errors.StopLossLimit
            : text.SequenceEqual("TAKE_PROFIT"u8) ? Errors.TakeProfit
            : text.SequenceEqual("TAKE_PROFIT_LIMIT"u8) ? Errors.TakeProfitLimit
            : Errors.InvalidOrderType);
        return OrderType.Limit;
    }

    private static TimeInForce ReadTimeInForce(ApiRequest request, OrderType type)
    {
        if (type != OrderType.Limit)
        {
            request.Exclude("timeInForce"u8);
            return TimeInForce.Gtc;
        }

        request.Require("timeInForce"u8);
        if (!request.TryText("timeInForce"u8, out var text) || text.SequenceEqual("GTC"u8))
        {
            return TimeInForce.Gtc;
        }

        if (text.SequenceEqual("IOC"u8))
        {
            return TimeInForce.Ioc;
        }

        if (!text.SequenceEqual("FOK"u8))
        {
            request.Fail(Errors.InvalidTimeInForce);
        }

        return TimeInForce.Fok;
    }

    private static void CheckPresence(ApiRequest request, OrderType type)
    {
        if (type != OrderType.Market)
        {
            request.Require("quantity"u8);
            request.Require("price"u8);
            request.Exclude("quoteOrderQty"u8);
            return;
        }

        request.Exclude("price"u8);
        if (request.Has("quantity"u8))
        {
            request.Exclude("quoteOrderQty"u8);
        }
        else if (!request.Has("quoteOrderQty"u8))
        {
            request.Fail(Errors.MandatoryEither("quantity", "quoteOrderQty"));
        }
    }

    private static void RefuseUnsupported(ApiRequest request)
    {
        // A strategy that was accepted and then dropped would be missing in every later answer.
        if (request.Has("strategyId"u8) || request.Has("strategyType"u8))
        {
            request.Fail(Errors.NotSupported);
        }

        request.Exclude("stopPrice"u8);
        request.Exclude("trailingDelta"u8);
        request.Exclude("icebergQty"u8);
        request.Exclude("pegPriceType"u8);
        request.Exclude("pegOffsetValue"u8);
        request.Exclude("pegOffsetType"u8);
    }

    private static ResponseType ReadResponseType(ApiRequest request, OrderType type)
    {
        if (!request.TryText("newOrderRespType"u8, out var text))
        {
            return type == OrderType.LimitMaker ? ResponseType.Ack : ResponseType.Full;
        }

        if (text.SequenceEqual("ACK"u8))
        {
            return ResponseType.Ack;
        }

        if (text.SequenceEqual("RESULT"u8))
        {
            return ResponseType.Result;
        }

        if (!text.SequenceEqual("FULL"u8))
        {
            request.Fail(Errors.InvalidData("newOrderRespType"));
        }

        return ResponseType.Full;
    }

    private static void ReadSelfTradePrevention(ApiRequest request)
    {
        if (request.TryText("selfTradePreventionMode"u8, out var text) && !text.SequenceEqual("NONE"u8))
        {
            request.Fail(Errors.SelfTradePreventionMode);
        }
    }

    private static bool ApplyFilters(ApiRequest request, ref NewOrder order, long? quantity, long? quoteQuantity, long? price)
    {
        var symbol = order.Symbol;
        if (quantity == 0 || quoteQuantity == 0)
        {
            return request.Fail(Errors.InvalidQuantity);
        }

        if (price == 0)
        {
            return request.Fail(Errors.InvalidPrice);
        }

        if (quoteQuantity is { } amount)
        {
            order.IsQuoteQuantity = true;
            return SymbolUnits.TryUnits(symbol.QuoteAsset, amount, out order.Quantity)
                || request.Fail(Errors.TooMuchPrecision("quoteOrderQty"));
        }

        if (price is { } limit && !SymbolUnits.TryTicks(symbol, limit, out order.Price))
        {
            return request.Fail(Errors.PriceFilter);
        }

        return SymbolUnits.TryLots(symbol, quantity!.Value, out order.Quantity) || request.Fail(Errors.LotSize);
    }
}
