using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// The usual commands: a limit order, good till cancelled or for what trades at once, a move to where it rests whole, a cancel by id. Each method executes
/// such a command as a whole, or returns 0 and has changed nothing: then <see cref="Dispatch"/> begins anew, and finds out what to reject or to trade.
/// <para>
/// Why apart: where nothing trades, nothing is handed on by reference, so the numbers of a command stay in registers, and where its events stand in the record
/// is known to the compiler. And because nobody asks why a command is refused, checks may stand in the order in which their answers arrive.
/// </para>
/// </summary>
public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>Bytes that the longest record of a usual command that does not trade has at most.</summary>
    private const int ShortRecordLength = 256;

    /// <summary>
    /// Executes a usual command, while no work is pending, and returns its record's length in bytes; 0, and nothing changed, for any other. An exception is
    /// to be treated as one of <see cref="ExecuteOther"/>.
    /// </summary>
    /// <param name="destination">The first of at least <see cref="MaxRecordLength"/> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int TryUsual(ref CommandSlot command, long sequence, long timeUs, ref byte destination)
    {
        // Before the first command nothing is usual: there is neither a symbol nor an order.
        _changing = false;
        if (command.Type == CommandType.PlaceOrder)
        {
            return TryPlace(ref command, sequence, timeUs, ref destination);
        }

        if (command.Type is not (CommandType.MoveOrder or CommandType.CancelOrder))
        {
            return 0;
        }

        var slot = FindOwnOrderById(ref command);
        return slot == 0 ? 0
            : command.Type == CommandType.MoveOrder ? TryMove(ref command, slot, sequence, timeUs, ref destination)
            : TryCancel(ref command, slot, sequence, timeUs, ref destination);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TryPlace(ref CommandSlot order, long sequence, long timeUs, ref byte destination)
    {
        // Why first what may call: later, whatever the compiler keeps at hand across a call would be written to the stack and read back, called or not.
        var clientHash = OrderStore.HashOf(order.AccountId, order.ClientHash);
        if (!order.IsPlainGtcOrIoc || (clientHash != 0 && _orders.Has(order.AccountId, in order.ClientOrderIdInPlace, clientHash)))
        {
            return 0;
        }

        var accountOrders = _orders.GuessAccountOrders(order.Owner);
        ref readonly var list = ref _orders.OrdersOf(accountOrders);
        if (list.Owner != order.Owner)
        {
            return PlaceOtherwise(ref order, sequence, timeUs, ref destination);
        }

        // Whose list there is exists, as does its symbol; that of nobody has a symbol that cannot be.
        var books = _books;
        if ((uint)order.SymbolId >= (uint)books.Length)
        {
            return 0;
        }

        var book = books[order.SymbolId];
        ref readonly var symbol = ref book.Numbers;
        var notional = symbol.Notional(order.Price, order.Quantity);
        if (!IsAllowed(book, in order, notional, list.Count, timeUs))
        {
            return 0;
        }

        var held = symbol.HoldOfNotional(order.Side, notional, order.Quantity);
        BeginChange();
        if (!_ledger.TryHold(list.PaidFunds(order.Side), held))
        {
            return 0;
        }

        _risk.OnUsualAccepted(order.AccountId);
        var orderId = ++_lastOrderId;
        if (order.TimeInForce != TimeInForce.Gtc || book.Crosses(order.Side, order.Price))
        {
            return TakeUsual(ref order, book, orderId, accountOrders, held, sequence, timeUs, ref destination);
        }

        var record = new RecordWriter(MemoryMarshal.CreateSpan(ref destination, ShortRecordLength));
        record.EndBody(TradingCommandCodec.WriteKnownPlain(in order, ref record.Body));
        AppendOrderAccepted(ref record, orderId, held, restsWhole: true);
        AppendBookUpdated(book, ref record);
        var length = record.Finish(CommandType.PlaceOrder, RecordFlags.None, sequence, timeUs);

        var slot = _orders.Add(orderId, accountOrders, in order.ClientOrderIdInPlace, clientHash, out var resting);
        resting->Price = order.Price;
        resting->Leaves = order.Quantity;
        resting->SetKind(order.Side, OrderType.Limit, hasFills: false);
        book.AddLast(slot, resting, order.Side, order.Price, order.Quantity);
        return length;
    }

    /// <summary>The end of the above, for an order that may trade at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeUsual(
        ref CommandSlot order, SymbolBook book, long orderId, int accountOrders, long held, long sequence, long timeUs, ref byte destination)
    {
        var record = new RecordWriter(MemoryMarshal.CreateSpan(ref destination, MaxRecordLength));
        record.EndBody(TradingCommandCodec.WriteKnownPlain(in order, ref record.Body));
        AppendOrderAccepted(ref record, orderId, held, restsWhole: false);
        SetTaker(ref order, orderId, accountOrders, order.Quantity, held);
        Match(book, timeUs, bookChanged: false, ref record);
        return record.Finish(CommandType.PlaceOrder, HasPendingWork ? RecordFlags.Continues : RecordFlags.None, sequence, timeUs);
    }

    /// <summary>
    /// As above, for an account that was not found lately on the symbol: perhaps it has placed nothing there yet. Then it gets a list, which stays, only for an
    /// order that will be accepted: nobody fills memory by what is refused.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PlaceOtherwise(ref CommandSlot order, long sequence, long timeUs, ref byte destination)
    {
        if (!AccountExists(order.AccountId) || (uint)order.SymbolId >= (uint)_books.Length)
        {
            return 0;
        }

        if (_orders.FindAccountOrders(order.Owner) == 0)
        {
            var book = _books[order.SymbolId];
            var notional = book.Numbers.Notional(order.Price, order.Quantity);
            if (!IsAllowed(book, in order, notional, openOrders: 0, timeUs)
                || _ledger.Free(order.AccountId, book.Numbers.PaidAssetId(order.Side)) < book.Numbers.HoldOfNotional(order.Side, notional, order.Quantity))
            {
                return 0;
            }

            AddAccountOrders(order.AccountId, book.Symbol);
        }

        // Now it has been found lately.
        return TryPlace(ref order, sequence, timeUs, ref destination);
    }

    /// <summary>Whether an order is surely refused by nothing but its client id or a lack of funds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsAllowed(SymbolBook book, in CommandSlot order, long notional, int openOrders, long timeUs) =>
        !book.IsCancelOnly && !IsCancelOnly(order.AccountId)
        && _risk.AllowsUsual(in order, in book.Numbers, in book.AllowedPrices, notional, openOrders, timeUs) && _orders.Count < _restingOrderLimit;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TryMove(ref CommandSlot move, int slot, long sequence, long timeUs, ref byte destination)
    {
        var order = _orders.Start + slot;
        var book = _books[move.SymbolId];
        ref readonly var symbol = ref book.Numbers;
        var (side, leaves, oldPrice) = (order->Side, order->Leaves, order->Price);
        if (book.Crosses(side, move.Price) || book.IsCancelOnly || IsCancelOnly(move.AccountId)
            || !_risk.AllowsUsualMove(in symbol, in book.AllowedPrices, side, move.Price, leaves, timeUs))
        {
            return 0;
        }

        var heldChange = symbol.HoldChange(side, oldPrice, move.Price, leaves);
        BeginChange();
        if (!_ledger.TryChangeHold(order->QuoteFunds, heldChange))
        {
            return 0;
        }

        var record = new RecordWriter(MemoryMarshal.CreateSpan(ref destination, ShortRecordLength));
        record.EndBody(TradingCommandCodec.WriteKnownMove(in move, ref record.Body));
        AppendOrderMoved(ref record, move.OrderId, side, restsWhole: true, oldPrice, move.Price, leaves, heldChange);
        AppendBookUpdated(book, ref record);
        var length = record.Finish(CommandType.MoveOrder, RecordFlags.None, sequence, timeUs);
        book.Move(slot, order, side, move.Price);
        return length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TryCancel(ref CommandSlot cancel, int slot, long sequence, long timeUs, ref byte destination)
    {
        if (cancel.Restriction != CancelRestriction.None)
        {
            return 0;
        }

        var book = _books[cancel.SymbolId];
        BeginChange();
        var record = new RecordWriter(MemoryMarshal.CreateSpan(ref destination, ShortRecordLength));
        record.EndBody(TradingCommandCodec.WriteKnownCancel(in cancel, ref record.Body));
        CancelResting(book, slot, ref record);
        AppendBookUpdated(book, ref record);
        return record.Finish(CommandType.CancelOrder, RecordFlags.None, sequence, timeUs);
    }
}
