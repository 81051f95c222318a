using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>Order entry over the command gateway, queries over the view. Any thread.</summary>
internal sealed partial class OrdersModule(OrdersView view, IHistory history, ICommandGateway gateway, IJournalTime time) : IOrdersModule
{
    private const long NoDeadline = long.MaxValue;

    private readonly OrderGates _amendments = new();

    public IRecordConsumer View => view;

    public IRecordConsumer NewView(SymbolDirectory symbols) => view.NewView(symbols);

    public ValueTask<PlaceResult> PlaceAsync(NewOrder order)
    {
        var command = Command(CommandType.PlaceOrder, order.AccountId, order.Symbol);
        command.Side = order.Side;
        command.OrderType = order.Type;
        command.TimeInForce = order.TimeInForce;
        command.Flags = order.IsQuoteQuantity ? OrderFlags.QuoteQuantity : OrderFlags.None;
        command.Price = order.Price;
        command.Quantity = order.Quantity;
        command.ClientOrderId = order.ClientOrderId;
        var admission = Submit(ref command, ClaimClass.Normal, order.DeadlineUs, out var reply);
        return admission == Admission.Executed
            ? AwaitPlaced(reply)
            : new(new PlaceResult(admission, RejectReason.None, 0, 0, default, []));
    }

    public ValueTask<PlaceResult> MoveAsync(int accountId, Symbol symbol, long orderId, long newPrice)
    {
        var command = Command(CommandType.MoveOrder, accountId, symbol);
        command.OrderId = orderId;
        command.Price = newPrice;
        var admission = Submit(ref command, ClaimClass.Normal, NoDeadline, out var reply);
        return admission == Admission.Executed
            ? AwaitPlaced(reply)
            : new(new PlaceResult(admission, RejectReason.None, 0, 0, default, []));
    }

    public ValueTask<CancelResult> CancelAsync(CancelOrder cancel)
    {
        var command = Command(CommandType.CancelOrder, cancel.AccountId, cancel.Symbol);
        command.OrderId = cancel.OrderId;
        command.Restriction = cancel.Restriction;
        command.ClientOrderId = cancel.OriginalClientOrderId;
        command.CancelClientOrderId = cancel.CancelClientOrderId;
        var admission = Submit(ref command, ClaimClass.Reserved, cancel.DeadlineUs, out var reply);
        return admission == Admission.Executed
            ? AwaitCanceled(reply)
            : new(new CancelResult(admission, RejectReason.None, 0, 0, default));
    }

    /// <remarks>
    /// The engine takes lots off; only amendments change an order's quantity, fills and cancels do not. So the lots to take off follow from
    /// the published quantity, as long as no other amendment of the order is on its way.
    /// </remarks>
    public async ValueTask<CancelResult> AmendAsync(AmendOrder amend)
    {
        if (!TryFindOpen(amend, out var order))
        {
            return Refused(RejectReason.UnknownOrder);
        }

        using var turn = await _amendments.EnterAsync(order.OrderId).ConfigureAwait(false);
        if (!view.TryGet(amend.AccountId, amend.Symbol.Id, order.OrderId, out order) || !order.IsOpen)
        {
            return Refused(RejectReason.UnknownOrder);
        }

        if (!amend.OriginalClientOrderId.IsEmpty && amend.OriginalClientOrderId != order.ClientOrderId)
        {
            return Refused(RejectReason.ClientOrderIdMismatch);
        }

        if (amend.NewQuantity >= order.Quantity)
        {
            return Refused(amend.NewQuantity == order.Quantity ? RejectReason.NoChange : RejectReason.InvalidQuantity);
        }

        var command = Command(CommandType.ReduceOrder, amend.AccountId, amend.Symbol);
        command.OrderId = order.OrderId;
        command.Quantity = order.Quantity - amend.NewQuantity;
        var admission = Submit(ref command, ClaimClass.Normal, amend.DeadlineUs, out var reply);
        return admission == Admission.Executed
            ? await AwaitCanceled(reply).ConfigureAwait(false)
            : new CancelResult(admission, RejectReason.None, 0, 0, default);
    }

    public ValueTask<CancelAllResult> CancelAllAsync(int accountId, Symbol symbol, long deadlineUs)
    {
        var command = Command(CommandType.CancelAllOrders, accountId, symbol);
        var admission = Submit(ref command, ClaimClass.Reserved, deadlineUs, out var reply);
        return admission == Admission.Executed
            ? AwaitAllCanceled(reply)
            : new(new CancelAllResult(admission, RejectReason.None, 0, 0, []));
    }

    public bool TryGetOrder(int accountId, int symbolId, long orderId, out OrderState order) =>
        view.TryGet(accountId, symbolId, orderId, out order);

    public bool TryGetOrder(int accountId, int symbolId, in ClientOrderId clientOrderId, out OrderState order) =>
        view.TryGet(accountId, symbolId, clientOrderId, out order);

    public void CopyOpenOrders(int accountId, int? symbolId, List<OrderState> orders) => view.CopyOpen(accountId, symbolId, orders);

    private bool TryFindOpen(in AmendOrder amend, out OrderState order)
    {
        var isFound = amend.OrderId != 0
            ? view.TryGet(amend.AccountId, amend.Symbol.Id, amend.OrderId, out order)
            : view.TryGet(amend.AccountId, amend.Symbol.Id, amend.OriginalClientOrderId, out order);
        return isFound && order.IsOpen;
    }

    private static CancelResult Refused(RejectReason reason) => new(Admission.Executed, reason, 0, 0, default);

    private static CommandSlot Command(CommandType type, int accountId, Symbol symbol) => new()
    {
        Type = type,
        SlotCount = 1,
        ReplyToken = CommandSlot.NoReply,
        AccountId = accountId,
        SymbolId = symbol.Id,
    };

    /// <summary>Hands over unless it is too late; the deadline is looked at last, so that nothing but the claim lies between the two.</summary>
    private Admission Submit(ref CommandSlot command, ClaimClass claimClass, long deadlineUs, out ValueTask<CommandReply> reply)
    {
        reply = default;
        if (deadlineUs != NoDeadline && time.NowUs > deadlineUs)
        {
            return Admission.TooLate;
        }

        return gateway.TrySubmit(ref command, claimClass, out reply) ? Admission.Executed : Admission.Overloaded;
    }

    private async ValueTask<PlaceResult> AwaitPlaced(ValueTask<CommandReply> pending)
    {
        using var reply = await pending.ConfigureAwait(false);
        OrderState order = default;
        FillState[] fills = [];
        if (reply.Reject == RejectReason.None)
        {
            view.TakeCapture(reply.Token, reply.Sequence, out order, out fills, out _);
        }

        return new PlaceResult(Admission.Executed, reply.Reject, reply.Sequence, reply.TimeUs, order, fills);
    }

    private async ValueTask<CancelResult> AwaitCanceled(ValueTask<CommandReply> pending)
    {
        using var reply = await pending.ConfigureAwait(false);
        OrderState order = default;
        if (reply.Reject == RejectReason.None)
        {
            view.TakeCapture(reply.Token, reply.Sequence, out order, out _, out _);
        }

        return new CancelResult(Admission.Executed, reply.Reject, reply.Sequence, reply.TimeUs, order);
    }

    private async ValueTask<CancelAllResult> AwaitAllCanceled(ValueTask<CommandReply> pending)
    {
        using var reply = await pending.ConfigureAwait(false);
        OrderState[] canceled = [];
        if (reply.Reject == RejectReason.None)
        {
            view.TakeCapture(reply.Token, reply.Sequence, out _, out _, out canceled);
        }

        return new CancelAllResult(Admission.Executed, reply.Reject, reply.Sequence, reply.TimeUs, canceled);
    }
}
