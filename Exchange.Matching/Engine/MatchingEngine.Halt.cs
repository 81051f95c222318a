using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>Halting and resuming, and the cancelling of many orders by an operator.</summary>
public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    private const int AllSymbols = TradingCommandCodec.NoSymbol;

    private RejectReason SetHalt(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (!SetHaltCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        if (command.SymbolId != AllSymbols && (uint)command.SymbolId >= (uint)_books.Length)
        {
            return RejectReason.UnknownSymbol;
        }

        if (IsHalted(command.SymbolId) == command.IsHalted)
        {
            return RejectReason.NoChange;
        }

        BeginChange();
        Halt(command.SymbolId, command.IsHalted, ref record);
        return RejectReason.None;
    }

    private bool IsHalted(int symbolId) =>
        symbolId == AllSymbols ? _isVenueHalted : (_books[symbolId].Restrictions & Restrictions.Halt) != 0;

    private void Halt(int symbolId, bool isHalted, ref RecordWriter record)
    {
        if (symbolId == AllSymbols)
        {
            _isVenueHalted = isHalted;
            foreach (var book in _books)
            {
                SetRestriction(ref book.Restrictions, Restrictions.VenueHalt, isHalted);
            }
        }
        else
        {
            SetRestriction(ref _books[symbolId].Restrictions, Restrictions.Halt, isHalted);
        }

        record.Append(new HaltChanged { Type = EventType.HaltChanged, SymbolId = (ushort)symbolId, IsHalted = isHalted ? (byte)1 : (byte)0 });
    }

    /// <summary>Blocks first, when asked to; the cancels are the engine's next commands, so that one record never names two accounts.</summary>
    private RejectReason CancelOrders(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (!CancelOrdersCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        if (command.SymbolId != AllSymbols && (uint)command.SymbolId >= (uint)_books.Length)
        {
            return RejectReason.UnknownSymbol;
        }

        if (command.AccountId != 0 && !AccountExists(command.AccountId))
        {
            return RejectReason.UnknownAccount;
        }

        BeginChange();
        if (command.Blocks && command.AccountId != 0)
        {
            EnableAccount(command.AccountId, isEnabled: false, ref record);
        }
        else if (command.Blocks)
        {
            Halt(command.SymbolId, isHalted: true, ref record);
        }

        _pendingCancel = command;
        SuspendCancelOrders(fromSymbolId: 0);
        return RejectReason.None;
    }

    /// <summary>Finds whose orders, on which symbol, are cancelled next, and leaves that to the engine's next command.</summary>
    private void SuspendCancelOrders(int fromSymbolId)
    {
        var (first, last) = _pendingCancel.SymbolId == AllSymbols ? (fromSymbolId, _books.Length - 1) : (_pendingCancel.SymbolId, _pendingCancel.SymbolId);
        for (var symbolId = first; symbolId <= last; symbolId++)
        {
            var accountId = _pendingCancel.AccountId != 0 ? _pendingCancel.AccountId : OwnerOfBest(_books[symbolId]);
            var accountOrders = accountId == 0 ? 0 : _orders.FindAccountOrders(accountId, symbolId);
            if (accountOrders != 0 && _orders.OrdersOf(accountOrders).Count > 0)
            {
                Suspend(PendingKind.CancelOrders, accountId, symbolId);
                return;
            }
        }

        _pending = PendingKind.None;
        _pendingCancel = default;
    }

    /// <summary>Returns the account of the best bid, else of the best ask; 0 when the book is empty.</summary>
    private int OwnerOfBest(SymbolBook book)
    {
        var level = book.Ladder(Side.Buy).Best();
        level = level != null ? level : book.Ladder(Side.Sell).Best();
        return level == null ? 0 : _orders[level->First].AccountId;
    }
}
