using Exchange.Matching.Types;

namespace Exchange.Host.Api;

/// <summary>Every error that the API answers, with its exact text: API.md A4. The engine's stand in <see cref="Rejections"/>.</summary>
internal static class Errors
{
    public const string DecimalRange = @"^([0-9]{1,20})(\.[0-9]{1,20})?$";
    public const string WindowRange = @"^([0-9]{1,20})(\.[0-9]{1,3})?$";
    public const string IntegerRange = "^[0-9]{1,20}$";
    public const string SymbolRange = "^[A-Z0-9-_.]{1,20}$";
    public const string ClientOrderIdRange = "^[.A-Z:/a-z0-9_-]{1,36}$";

    public static readonly ApiError Unknown = new(500, -1000, "An unknown error occurred while processing the request.");

    /// <summary>Nothing was done and nothing is left open: a command that the engine refused for a fault of its own.</summary>
    public static readonly ApiError UnknownNothingDone = Unknown with { Status = 400 };

    public static readonly ApiError BackendTimeout =
        new(504, -1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown.");

    public static readonly ApiError Stopped = BackendTimeout with { Status = 503 };

    public static readonly ApiError Overloaded =
        new(503, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes.") { RetryAfterSeconds = 1 };

    /// <summary>Older orders or trades than memory holds cannot be read now; nothing was done.</summary>
    public static readonly ApiError HistoryUnavailable = Overloaded;

    public static readonly ApiError InvalidQuantity = BadRequest(-1013, "Invalid quantity.");
    public static readonly ApiError InvalidPrice = BadRequest(-1013, "Invalid price.");
    public static readonly ApiError SelfTradePreventionMode =
        BadRequest(-1013, "This symbol does not allow the specified self-trade prevention mode.");

    public static readonly ApiError PriceFilter = BadRequest(-1013, "Filter failure: PRICE_FILTER");
    public static readonly ApiError LotSize = BadRequest(-1013, "Filter failure: LOT_SIZE");
    public static readonly ApiError PercentPriceBySide = BadRequest(-1013, "Filter failure: PERCENT_PRICE_BY_SIDE");
    public static readonly ApiError MarketLotSize = BadRequest(-1013, "Filter failure: MARKET_LOT_SIZE");
    public static readonly ApiError MinNotional = BadRequest(-1013, "Filter failure: MIN_NOTIONAL");
    public static readonly ApiError Notional = BadRequest(-1013, "Filter failure: NOTIONAL");
    public static readonly ApiError MaxNumOrders = BadRequest(-1013, "Filter failure: MAX_NUM_ORDERS");
    public static readonly ApiError NotSupported = BadRequest(-1020, "This operation is not supported.");
    public static readonly ApiError OutsideWindow = BadRequest(-1021, "Timestamp for this request is outside of the recvWindow.");
    public static readonly ApiError AheadOfServer = BadRequest(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
    public static readonly ApiError Signature = BadRequest(-1022, "Signature for this request is not valid.");
    public static readonly ApiError DuplicateParameter = BadRequest(-1101, "Duplicate values for a parameter detected.");
    public static readonly ApiError InvalidTimeInForce = BadRequest(-1115, "Invalid timeInForce.");
    public static readonly ApiError InvalidOrderType = BadRequest(-1116, "Invalid orderType.");
    public static readonly ApiError InvalidSide = BadRequest(-1117, "Invalid side.");
    public static readonly ApiError NewClientOrderIdEmpty = BadRequest(-1118, "New client order ID was empty.");
    public static readonly ApiError OriginalClientOrderIdEmpty = BadRequest(-1119, "Original client order ID was empty.");
    public static readonly ApiError InvalidInterval = BadRequest(-1120, "Invalid interval.");
    public static readonly ApiError InvalidSymbol = BadRequest(-1121, "Invalid symbol.");
    public static readonly ApiError InvalidSymbolStatus = BadRequest(-1122, "Invalid symbolStatus.");
    public static readonly ApiError Combination = BadRequest(-1128, "Combination of optional parameters invalid.");
    public static readonly ApiError RecvWindow = BadRequest(-1131, "'recvWindow' must be less than 60000.");
    public static readonly ApiError InvalidJson = BadRequest(-1135, "Invalid JSON Request");
    public static readonly ApiError InvalidTickerType = BadRequest(-1139, "Invalid ticker type.");
    public static readonly ApiError InvalidCancelRestrictions = BadRequest(-1145, "Invalid cancelRestrictions");
    public static readonly ApiError RepeatedSymbol = BadRequest(-1151, "Symbol is present multiple times in the list.");
    public static readonly ApiError TimeUnit =
        BadRequest(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.");

    public static readonly ApiError SymbolStatusMismatch =
        BadRequest(-1220, "The symbol's status does not match the requested symbolStatus.");
    public static readonly ApiError OrderDoesNotExist = BadRequest(-2013, "Order does not exist.");
    public static readonly ApiError KeyFormat = new(401, -2014, "API-key format invalid.");
    public static readonly ApiError KeyUnknown = new(401, -2015, "Invalid API-key, IP, or permissions for action.");
    public static readonly ApiError QuantityIncrease = BadRequest(-2038, "Order amend (quantity increase) is not supported.");
    public static readonly ApiError ClientOrderIdMismatch = BadRequest(-2039, "Client order ID is not correct for this order ID.");
    public static readonly ApiError StopLoss = BadRequest(-2010, "Stop loss orders are not supported for this symbol.");
    public static readonly ApiError StopLossLimit = BadRequest(-2010, "Stop loss limit orders are not supported for this symbol.");
    public static readonly ApiError TakeProfit = BadRequest(-2010, "Take profit orders are not supported for this symbol.");
    public static readonly ApiError TakeProfitLimit = BadRequest(-2010, "Take profit limit orders are not supported for this symbol.");

    public static ApiError BadRequest(int code, string text) => new(400, code, text);

    public static ApiError TooMuchWeight(int limit, int retryAfterSeconds) => new(
        429,
        -1003,
        $"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        + "Please use WebSocket Streams for live updates to avoid polling the API.")
    { RetryAfterSeconds = retryAfterSeconds };

    public static ApiError TooManyRequests(int limit, int retryAfterSeconds) => new(
        429,
        -1003,
        $"Too many requests; current limit is {limit} requests per 5 MINUTE. "
        + "Please use WebSocket Streams for live updates to avoid polling the API.")
    { RetryAfterSeconds = retryAfterSeconds };

    public static ApiError Banned(long untilMs, int retryAfterSeconds) => new(
        418,
        -1003,
        $"Way too much request weight used; IP banned until {untilMs}. Please use WebSocket Streams for live updates to avoid bans.")
    { RetryAfterSeconds = retryAfterSeconds };

    /// <param name="interval">As in <c>10 SECOND</c>.</param>
    public static ApiError TooManyOrders(int limit, string interval, int retryAfterSeconds) =>
        new(429, -1015, $"Too many new orders; current limit is {limit} orders per {interval}.") { RetryAfterSeconds = retryAfterSeconds };

    public static ApiError IllegalCharacters(string name, string range) =>
        BadRequest(-1100, $"Illegal characters found in parameter '{name}'; legal range is '{range}'.");

    public static ApiError TooManyParameters(int expected, int received) =>
        BadRequest(-1101, $"Too many parameters; expected '{expected}' and received '{received}'.");

    public static ApiError TooManyValues(string name, int most) =>
        BadRequest(-1101, $"Too many values sent for parameter '{name}', maximum allowed up to {most}.");

    public static ApiError Mandatory(string name) =>
        BadRequest(-1102, $"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");

    public static ApiError MandatoryEither(string first, string second) =>
        BadRequest(-1102, $"Param '{first}' or '{second}' must be sent, but both were empty/null!");

    public static ApiError Unread(int read, int sent) =>
        BadRequest(-1104, $"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");

    public static ApiError Empty(string name) => BadRequest(-1105, $"Parameter '{name}' was empty.");

    public static ApiError NotRequired(string name) => BadRequest(-1106, $"Parameter '{name}' sent when not required.");

    public static ApiError Overflow(string name) => BadRequest(-1108, $"Parameter '{name}' overflowed.");

    public static ApiError TooMuchPrecision(string name) => BadRequest(-1111, $"Parameter '{name}' has too much precision.");

    public static ApiError TooLongSpan(int hours) => BadRequest(-1127, $"More than {hours} hours between startTime and endTime.");

    public static ApiError InvalidData(string name) => BadRequest(-1130, $"Data sent for parameter '{name}' is not valid.");

    public static ApiError InvalidJsonParameter(string name) => BadRequest(-1135, $"JSON sent for parameter '{name}' is not valid");

    /// <summary>The sandbox's own refusals: what is wrong and what to write instead.</summary>
    public static ApiError Sandbox(string text) => BadRequest(-1130, text);
}

/// <summary>
/// The one table from the engine's reject reasons to the wire: placing answers with -2010, cancelling with -2011 where no
/// more precise code exists (API.md A4). A reason without a row would be a bug: a test walks the whole enum.
/// </summary>
internal static class Rejections
{
    /// <summary>What a reason means to who placed an order, and to who cancelled one.</summary>
    private readonly record struct Row(RejectReason Reason, ApiError Placing, ApiError Cancelling)
    {
        public Row(RejectReason reason, ApiError both)
            : this(reason, both, both)
        {
        }

        /// <summary>A text of the engine under the code of the request.</summary>
        public Row(RejectReason reason, string text)
            : this(reason, Errors.BadRequest(-2010, text), Errors.BadRequest(-2011, text))
        {
        }
    }

    private static readonly Dictionary<RejectReason, Row> Table = new Row[]
    {
        new(RejectReason.UnknownSymbol, Errors.InvalidSymbol),
        new(RejectReason.UnknownAccount, Errors.KeyUnknown),
        new(RejectReason.UnknownAsset, Errors.Sandbox("The asset does not exist; create a market that uses it first.")),
        new(RejectReason.MarketClosed, "Market is closed."),
        new(RejectReason.AccountCancelOnly, "This action is disabled on this account."),
        new(RejectReason.AccountClosed, "This action is disabled on this account."),

        new(RejectReason.InvalidSide, Errors.InvalidSide),
        new(RejectReason.InvalidOrderType, Errors.InvalidOrderType),
        new(RejectReason.InvalidTimeInForce, Errors.InvalidTimeInForce),
        new(RejectReason.InvalidQuantity, Errors.InvalidQuantity),
        new(RejectReason.InvalidPrice, Errors.InvalidPrice),
        new(
            RejectReason.InvalidClientOrderId,
            Errors.IllegalCharacters("newClientOrderId", Errors.ClientOrderIdRange),
            Errors.IllegalCharacters("origClientOrderId", Errors.ClientOrderIdRange)),
        new(RejectReason.NotionalOverflow, Errors.Notional),

        new(RejectReason.PriceFilter, Errors.PriceFilter),
        new(RejectReason.LotSize, Errors.LotSize),
        new(RejectReason.Notional, Errors.Notional),
        new(RejectReason.MaxNumOrders, Errors.MaxNumOrders),
        new(RejectReason.PercentPriceBySide, Errors.PercentPriceBySide),
        new(RejectReason.MarketLotSize, Errors.MarketLotSize),
        new(RejectReason.MinNotional, Errors.MinNotional),

        // The account's limit goes into the text where it is known: see OrderOutcome.
        new(RejectReason.TooManyOrdersPer10Seconds, Errors.TooManyOrders(0, "10 SECOND", 1)),
        new(RejectReason.TooManyOrdersPerDay, Errors.TooManyOrders(0, "1 DAY", 1)),
        new(RejectReason.TooManyRestingOrders, Errors.Overloaded),

        new(RejectReason.DuplicateClientOrderId, "Duplicate order sent."),
        new(RejectReason.UnknownOrder, "Unknown order sent."),
        new(RejectReason.WouldImmediatelyMatch, "Order would immediately match and take."),
        new(RejectReason.InsufficientLiquidityForLot, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity."),
        new(RejectReason.InsufficientLiquidityForMarketLot, "Order book liquidity is less than `MARKET_LOT_SIZE` filter minimum quantity."),
        new(RejectReason.ClientOrderIdMismatch, Errors.ClientOrderIdMismatch),
        new(RejectReason.CancelRestricted, "Order was not canceled due to cancel restrictions."),
        new(RejectReason.NoChange, "The requested action would change no state; rejecting"),

        new(RejectReason.InsufficientBalance, "Account has insufficient balance for requested action."),
        new(RejectReason.BalanceOverflow, Errors.Sandbox("The deposit would lift the asset's total beyond 2^62 units; deposit less.")),

        new(RejectReason.DuplicateSymbol, Errors.Sandbox("The symbol exists already; choose another name.")),
        new(RejectReason.InvalidSymbol, Errors.Sandbox("The symbol's numbers break a rule of exactness.")),
        new(RejectReason.DuplicateApiKey, Errors.UnknownNothingDone),
        new(RejectReason.InvalidApiKey, Errors.UnknownNothingDone),
        new(RejectReason.TooManyAccounts, Errors.Sandbox("The exchange holds as many accounts as it can.")),
        new(RejectReason.TooManySymbols, Errors.Sandbox("The exchange holds as many symbols as it can.")),
        new(RejectReason.TooManyAssets, Errors.Sandbox("The exchange holds as many assets as it can.")),
        new(
            RejectReason.AssetScaleMismatch,
            Errors.Sandbox("An asset of the market exists with another scale; use the existing baseScale or quoteScale.")),
        new(RejectReason.GenesisOutOfPlace, Errors.UnknownNothingDone),
        new(RejectReason.InvalidAmount, Errors.Sandbox("The amount must be more than 0.")),

        // Of operators only: the trading API never meets them.
        new(RejectReason.UnknownOperator, Errors.UnknownNothingDone),
        new(RejectReason.OperatorDisabled, Errors.UnknownNothingDone),
        new(RejectReason.OperatorNotPermitted, Errors.UnknownNothingDone),
        new(RejectReason.OperatorRequired, Errors.UnknownNothingDone),
        new(RejectReason.RequestIdReused, Errors.UnknownNothingDone),
        new(RejectReason.DuplicateOperator, Errors.UnknownNothingDone),
        new(RejectReason.TooManyOperators, Errors.UnknownNothingDone),
        new(RejectReason.InvalidOperator, Errors.UnknownNothingDone),
        new(RejectReason.DuplicateAsset, Errors.UnknownNothingDone),
        new(RejectReason.InvalidAsset, Errors.UnknownNothingDone),
        new(RejectReason.UnknownApiKey, Errors.UnknownNothingDone),
        new(RejectReason.TooManyApiKeys, Errors.UnknownNothingDone),
        new(RejectReason.LastAdministrator, Errors.UnknownNothingDone),

        new(RejectReason.Malformed, Errors.UnknownNothingDone),
        new(RejectReason.InternalError, Errors.UnknownNothingDone),
    }.ToDictionary(row => row.Reason);

    /// <summary>Returns the answer to a refused order, or to a refused command of administration.</summary>
    /// <exception cref="KeyNotFoundException">None, or a reason without a row: a bug.</exception>
    public static ApiError Placing(RejectReason reason) => Table[reason].Placing;

    /// <summary>Returns the answer to a refused amendment: the engine's texts have a code of their own there.</summary>
    /// <exception cref="KeyNotFoundException">None, or a reason without a row: a bug.</exception>
    public static ApiError Amending(RejectReason reason)
    {
        var placing = Table[reason].Placing;
        return reason == RejectReason.InvalidQuantity ? Errors.QuantityIncrease
            : placing.Code == -2010 ? placing with { Code = Errors.QuantityIncrease.Code }
            : placing;
    }

    /// <summary>Returns the answer to a refused cancel.</summary>
    /// <exception cref="KeyNotFoundException">None, or a reason without a row: a bug.</exception>
    public static ApiError Cancelling(RejectReason reason) => Table[reason].Cancelling;
}
