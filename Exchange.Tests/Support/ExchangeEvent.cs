using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>
/// One event of a command's outcome in plain form, compared by value: what the reference exchange returns and what
/// <see cref="OutcomeReader"/> makes of the engine's records. Units as in `Exchange.Matching.Events`.
/// </summary>
public abstract record ExchangeEvent;

public sealed record Rejected(RejectReason Reason) : ExchangeEvent;

public sealed record Accepted(long OrderId, long Held, bool RestsWhole) : ExchangeEvent;

public sealed record Traded(
    Side TakerSide,
    int MakerAccountId,
    long MakerOrderId,
    bool MakerFilled,
    long TradeId,
    long AggregateTradeId,
    long Price,
    long Quantity,
    long MakerFee,
    long TakerFee) : ExchangeEvent;

public sealed record Rested(long OrderId, long Leaves, long Released) : ExchangeEvent;

public sealed record Filled(long OrderId, long Released) : ExchangeEvent;

public sealed record Expired(long OrderId, ExpireReason Reason, long Leaves, long Released) : ExchangeEvent;

public sealed record Canceled(long OrderId, Side Side, long Price, long Leaves, long Released) : ExchangeEvent;

public sealed record Reduced(long OrderId, Side Side, long Price, long ReducedBy, long Released) : ExchangeEvent;

public sealed record Moved(long OrderId, Side Side, long OldPrice, long NewPrice, long Leaves, long HeldChange, bool RestsWhole) : ExchangeEvent;

/// <summary>The visible book changed.</summary>
public sealed record Updated(long UpdateId) : ExchangeEvent;

public sealed record Opened(int AccountId) : ExchangeEvent;

public sealed record Adjusted(int AccountId, int AssetId, long Change) : ExchangeEvent;

public sealed record AssetCreated(int AssetId, bool IsBase) : ExchangeEvent;

public sealed record SymbolCreated(int SymbolId, int BaseAssetId, int QuoteAssetId) : ExchangeEvent;

public sealed record QuarantineSet(int AccountId, int SymbolId, bool CancelOnly) : ExchangeEvent;
