using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// The incoming order while it matches. It outlives its command only when it exceeds the bound of work; then it is part of the state.
/// </summary>
internal struct Taker
{
    public long OrderId;
    public int AccountId;

    /// <summary>Index of its account's orders on the symbol.</summary>
    public int AccountOrders;
    public int SymbolId;
    public Side Side;
    public OrderType Type;
    public TimeInForce TimeInForce;

    /// <summary>Ticks; what rests, rests here.</summary>
    public long Price;

    /// <summary>Greatest key of the other side's ladder that it accepts.</summary>
    public long LimitKey;

    /// <summary>Lots still to trade.</summary>
    public long Leaves;

    /// <summary>What is still held for it, units of the paid asset.</summary>
    public long Held;

    /// <summary>Levels that it may still empty.</summary>
    public int LevelsLeft;

    /// <summary>Price of its latest trade, 0 before the first: trades at one price share an aggregate trade id.</summary>
    public long LastTradePrice;

    /// <summary>The slot of a moved order, kept while it matches; 0 for a new order.</summary>
    public int MovedSlot;

    /// <summary>It has traded, now or earlier in its life.</summary>
    public bool HasFills;

    /// <summary>A market order by quote amount whose money outlasts the book.</summary>
    public bool ExpiresWhenDone;

    public ClientOrderId ClientOrderId;
}
