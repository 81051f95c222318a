namespace Exchange.Matching.Events;

/// <summary>What happened. Journaled: a number is never reused; 0 is no event.</summary>
public enum EventType : byte
{
    OrderAccepted = 1,
    CommandRejected = 2,
    TradeExecuted = 3,
    OrderRested = 4,
    OrderFilled = 5,
    OrderExpired = 6,
    OrderCanceled = 7,
    OrderReduced = 8,
    OrderMoved = 9,
    BookUpdated = 10,
    AccountOpened = 11,
    BalanceAdjusted = 12,
    AssetAdded = 13,
    SymbolAdded = 14,
    QuarantineChanged = 15,

    RequestRepeated = 48,
    ApiKeyAdded = 49,
    ApiKeyChanged = 50,
    AccountChanged = 51,
    OrderLimitsChanged = 52,
    HaltChanged = 53,
    OperatorCreated = 54,
    OperatorChanged = 55,
}
