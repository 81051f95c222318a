using Exchange.Matching.Types;

namespace Exchange.Host.Api;

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

        // The account's limit goes into the text where it is known: see OrderOutcome.
        new(RejectReason.TooManyOrdersPer10Seconds, Errors.TooManyOrders(0, "10 SECOND", 1)),
        new(RejectReason.TooManyOrdersPerDay, Errors.TooManyOrders(0, "1 DAY", 1)),
        new(RejectReason.TooManyRestingOrders, Errors.Overloaded),

        new(RejectReason.DuplicateClientOrderId, "Duplicate order sent."),
        new(RejectReason.UnknownOrder, "Unknown order sent."),
        new(RejectReason.WouldImmediatelyMatch, "Order would immediately match and take."),
        new(RejectReason.InsufficientLiquidityForLot, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity."),
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
        new(RejectReason.AssetScaleMismatch, Errors.Sandbox("An asset of the market exists with another scale; use the existing baseScale or quoteScale.")),
        new(RejectReason.GenesisOutOfPlace, Errors.UnknownNothingDone),
        new(RejectReason.InvalidAmount, Errors.Sandbox("The amount must be more than 0.")),

        new(RejectReason.Malformed, Errors.UnknownNothingDone),
        new(RejectReason.InternalError, Errors.UnknownNothingDone),
    }.ToDictionary(row => row.Reason);

    /// <summary>Returns the answer to a refused order, or to a refused command of administration.</summary>
    /// <exception cref="KeyNotFoundException">None, or a reason without a row: a bug.</exception>
    public static ApiError Placing(RejectReason reason) => Table[reason].Placing;

    /// <summary>Returns the answer to a refused cancel.</summary>
    /// <exception cref="KeyNotFoundException">None, or a reason without a row: a bug.</exception>
    public static ApiError Cancelling(RejectReason reason) => Table[reason].Cancelling;
}
