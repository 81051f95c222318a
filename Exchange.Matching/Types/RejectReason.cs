namespace Exchange.Matching.Types;

/// <summary>
/// Why a command was refused; a refused command has changed nothing. Journaled: a number is never reused.
/// Grouped by stage, in the order in which the stages look: 100 the state of the exchange, 200 the request, 300 filters,
/// 400 limits, 500 the book, 600 funds, 700 administration, 900 faults.
/// The HTTP code and text of each stand in one table of the host (`Exchange.Host/Api/Errors.cs`).
/// </summary>
public enum RejectReason : ushort
{
    None = 0,

    UnknownSymbol = 100,
    UnknownAccount = 101,
    UnknownAsset = 102,

    /// <summary>The symbol takes no new orders now; cancels are accepted.</summary>
    MarketClosed = 103,

    /// <summary>The account may only cancel (for example while it is in quarantine).</summary>
    AccountCancelOnly = 104,

    /// <summary>The account may do nothing: while it was in quarantine it broke the engine again.</summary>
    AccountClosed = 105,

    InvalidSide = 200,
    InvalidOrderType = 201,
    InvalidTimeInForce = 202,
    InvalidQuantity = 203,
    InvalidPrice = 204,
    InvalidClientOrderId = 205,

    /// <summary>price x quantity leaves the range of the quote asset.</summary>
    NotionalOverflow = 206,

    PriceFilter = 300,
    LotSize = 301,
    Notional = 302,
    MaxNumOrders = 303,
    PercentPriceBySide = 304,
    MarketLotSize = 305,
    MinNotional = 306,

    /// <summary>More orders of the account in ten seconds than its limit.</summary>
    TooManyOrdersPer10Seconds = 400,

    /// <summary>More orders of the account in a day (UTC) than its limit.</summary>
    TooManyOrdersPerDay = 401,

    /// <summary>The exchange holds as many resting orders as its journaled capacity allows.</summary>
    TooManyRestingOrders = 402,

    DuplicateClientOrderId = 500,
    UnknownOrder = 501,

    /// <summary>A post-only order would trade on arrival.</summary>
    WouldImmediatelyMatch = 502,

    /// <summary>A market order by quote amount buys or sells less than one lot of the book.</summary>
    InsufficientLiquidityForLot = 503,

    /// <summary>Both ids were given and belong to different orders.</summary>
    ClientOrderIdMismatch = 504,

    /// <summary>The order's status does not satisfy the cancel's restriction.</summary>
    CancelRestricted = 505,

    /// <summary>The requested change equals the present state.</summary>
    NoChange = 506,

    /// <summary>A market order by quote amount buys or sells less than a market order may.</summary>
    InsufficientLiquidityForMarketLot = 507,

    InsufficientBalance = 600,

    /// <summary>The deposit would lift the asset's total beyond 2^62 units.</summary>
    BalanceOverflow = 601,

    DuplicateSymbol = 700,

    /// <summary>The symbol's numbers break a rule of exactness (see `SymbolSpec.Validate`).</summary>
    InvalidSymbol = 701,
    DuplicateApiKey = 702,
    InvalidApiKey = 703,
    TooManyAccounts = 704,
    TooManySymbols = 705,
    TooManyAssets = 706,

    /// <summary>The asset exists with another scale.</summary>
    AssetScaleMismatch = 707,

    /// <summary>The first command of a journal, and only the first, sets its mode.</summary>
    GenesisOutOfPlace = 708,

    InvalidAmount = 709,

    UnknownOperator = 710,
    OperatorDisabled = 711,

    /// <summary>The operator's role does not include the request.</summary>
    OperatorNotPermitted = 712,

    /// <summary>In a venue, administration is an operator's: the command did not come as a request of one.</summary>
    OperatorRequired = 713,

    /// <summary>The request's id belongs to another request.</summary>
    RequestIdReused = 714,

    /// <summary>The operator's name or token is taken.</summary>
    DuplicateOperator = 715,
    TooManyOperators = 716,
    InvalidOperator = 717,
    DuplicateAsset = 718,
    InvalidAsset = 719,
    UnknownApiKey = 720,
    TooManyApiKeys = 721,

    /// <summary>Without this operator nobody could administer operators any more.</summary>
    LastAdministrator = 722,

    /// <summary>The command's bytes cannot be decoded.</summary>
    Malformed = 900,

    /// <summary>The command raised an exception before it changed anything.</summary>
    InternalError = 901,
}
