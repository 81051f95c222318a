using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// The orders module's door: order entry and queries over the published state. Any thread.
/// Every result is durable when the task completes, and queries made afterwards show it.
/// Tasks fault with <see cref="ExchangeStoppedException"/> when the exchange stops first (the outcome is then unknown).
/// </summary>
public interface IOrdersModule
{
    /// <summary>The fold of durable records into orders; fed by recovery and publisher.</summary>
    IRecordConsumer View { get; }

    /// <summary>Returns an empty view of the same kind as <see cref="View"/> beside a directory of its own, for the snapshotter.</summary>
    IRecordConsumer NewView(SymbolDirectory symbols);

    ValueTask<PlaceResult> PlaceAsync(NewOrder order);

    ValueTask<CancelResult> CancelAsync(CancelOrder cancel);

    /// <summary>Cancels every open order of the account on the symbol; an empty list when there was none.</summary>
    ValueTask<CancelAllResult> CancelAllAsync(int accountId, Symbol symbol, long deadlineUs);

    /// <summary>
    /// Lowers the quantity of an open order, which keeps its place in the queue. A quantity that is executed already ends the order
    /// (Canceled). Amendments of one order take effect one after another, each from the quantity that the one before it left.
    /// Refused with NoChange for the quantity that it has, with InvalidQuantity for more.
    /// </summary>
    ValueTask<CancelResult> AmendAsync(AmendOrder amend);

    /// <summary>Gives an open order a new price under the same id; it loses its place in the queue and may trade.</summary>
    ValueTask<PlaceResult> MoveAsync(int accountId, Symbol symbol, long orderId, long newPrice);

    /// <summary>Finds an order of the account, wherever it is: open, recently closed, or in the history store.</summary>
    /// <exception cref="HistoryUnavailableException">It is not in memory, and the store cannot be read or is not far enough to say that there is none.</exception>
    ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken);

    /// <summary>Finds the account's open order with the client id, else its youngest closed one, wherever it is. Errors as above.</summary>
    ValueTask<OrderLookup> FindOrderAsync(int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken);

    /// <summary>Copies what the query finds, ascending by id: the recent window merged with the history store.</summary>
    /// <returns>The sequence up to which the answer is complete: below the newest only where the store lags behind the window.</returns>
    /// <exception cref="HistoryUnavailableException">The window does not reach far enough, and the store cannot be read.</exception>
    ValueTask<long> CopyOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken);

    /// <summary>As <see cref="CopyOrdersAsync"/>, for fills.</summary>
    ValueTask<long> CopyFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken);

    /// <summary>Finds an order of the account in memory: open, or in the window of recently closed ones.</summary>
    bool TryGetOrder(int accountId, int symbolId, long orderId, out OrderState order);

    /// <summary>Finds the account's open order with the client id, else the youngest closed one in memory.</summary>
    bool TryGetOrder(int accountId, int symbolId, in ClientOrderId clientOrderId, out OrderState order);

    /// <summary>Copies the account's open orders, ascending by id.</summary>
    /// <param name="symbolId">One symbol, or null for all.</param>
    void CopyOpenOrders(int accountId, int? symbolId, List<OrderState> orders);
}

/// <summary>An order to place. Prices in ticks, quantities in lots.</summary>
public struct NewOrder
{
    public int AccountId;
    public Symbol Symbol;
    public Side Side;
    public OrderType Type;

    /// <summary>GTC for types that carry none.</summary>
    public TimeInForce TimeInForce;

    public long Price;

    /// <summary>Lots, or quote units with <see cref="IsQuoteQuantity"/>.</summary>
    public long Quantity;

    public bool IsQuoteQuantity;
    public ClientOrderId ClientOrderId;

    /// <summary>Journal time after which the order must not enter the ring (recvWindow), microseconds.</summary>
    public long DeadlineUs;
}

/// <summary>An order to cancel, by id, by client id, or by both (which must then agree).</summary>
public struct CancelOrder
{
    public int AccountId;
    public Symbol Symbol;

    /// <summary>0 when only the client id is given.</summary>
    public long OrderId;

    public ClientOrderId OriginalClientOrderId;

    /// <summary>The id of the cancel itself; empty when the caller gave none.</summary>
    public ClientOrderId CancelClientOrderId;

    public Exchange.Matching.Commands.CancelRestriction Restriction;

    /// <summary>Journal time after which the cancel must not enter the ring (recvWindow), microseconds.</summary>
    public long DeadlineUs;
}

/// <summary>An order whose quantity is to be lowered, named by id, by client id, or by both (which must then agree).</summary>
public struct AmendOrder
{
    public int AccountId;
    public Symbol Symbol;

    /// <summary>0 when only the client id is given.</summary>
    public long OrderId;

    public ClientOrderId OriginalClientOrderId;

    /// <summary>Lots, executed ones included.</summary>
    public long NewQuantity;

    /// <summary>Journal time after which the amendment must not enter the ring (recvWindow), microseconds.</summary>
    public long DeadlineUs;
}

/// <summary>How far a request got.</summary>
public enum Admission
{
    /// <summary>Executed or refused by the engine: see the reject reason.</summary>
    Executed,

    /// <summary>Nothing was done: the ring is full.</summary>
    Overloaded,

    /// <summary>Nothing was done: the deadline had passed just before the hand-over.</summary>
    TooLate,
}

/// <summary>One fill of the incoming order.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots.</param>
/// <param name="Fee">Units of the asset received.</param>
public readonly record struct FillState(long TradeId, long Price, long Quantity, long Fee);

/// <summary>The outcome of a placed or moved order.</summary>
/// <param name="Order">The order right after the command; meaningful when accepted.</param>
/// <param name="Fills">In order of execution; empty when none.</param>
public readonly record struct PlaceResult(
    Admission Admission, RejectReason Reject, long Sequence, long TimeUs, OrderState Order, IReadOnlyList<FillState> Fills);

/// <summary>The outcome of a cancel or amendment.</summary>
/// <param name="Sequence">0 when it was refused before it came to the engine.</param>
/// <param name="Order">The order right after the command; meaningful when accepted.</param>
public readonly record struct CancelResult(Admission Admission, RejectReason Reject, long Sequence, long TimeUs, OrderState Order);

/// <summary>The outcome of a mass cancel.</summary>
/// <param name="Orders">The orders that it cancelled, as they stood right after, ascending by id.</param>
public readonly record struct CancelAllResult(
    Admission Admission, RejectReason Reject, long Sequence, long TimeUs, IReadOnlyList<OrderState> Orders);

/// <summary>What a search for one order found.</summary>
/// <param name="Order">Meaningful when found.</param>
/// <param name="CompleteSequence">The sequence up to which the answer is complete.</param>
public readonly record struct OrderLookup(bool IsFound, OrderState Order, long CompleteSequence);
