using System.Runtime.InteropServices;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>The table in a snapshot: the closed orders, the one that closed first first, then the open ones by account and id.</summary>
internal sealed unsafe partial class OrderTable : ISnapshotState
{
    private const int SnapshotVersion = 2;

    /// <summary>Orders that are read at once.</summary>
    private const int PieceLength = 1_024;

    /// <summary>One order in the file, whose layout stays while that of the rows may change; units as in <see cref="OrderState"/>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct SavedOrder
    {
        public long OrderId;
        public long Price;
        public long Quantity;
        public long ExecutedQuantity;
        public long CumulativeQuote;
        public long QuoteOrderQuantity;
        public long CreatedUs;
        public long UpdatedUs;
        public long WorkingUs;

        /// <summary>Sequence of the record that closed it; 0 while it is open.</summary>
        public long ClosedSequence;
        public int AccountId;
        public int SymbolId;
        public ClientOrderId ClientOrderId;
        public Side Side;
        public OrderType Type;
        public TimeInForce TimeInForce;
        public OrderStatus Status;
        public ExpireReason ExpireReason;

        public SavedOrder(in OrderProgress progress, in OrderTerms terms, long closedSequence)
        {
            OrderId = progress.OrderId;
            Price = terms.Price;
            Quantity = progress.Quantity;
            ExecutedQuantity = progress.ExecutedQuantity;
            CumulativeQuote = progress.CumulativeQuote;
            QuoteOrderQuantity = terms.QuoteOrderQuantity;
            CreatedUs = terms.CreatedUs;
            UpdatedUs = progress.UpdatedUs;
            WorkingUs = terms.WorkingUs;
            ClosedSequence = closedSequence;
            AccountId = progress.AccountId;
            SymbolId = progress.SymbolId;
            ClientOrderId = terms.ClientOrderId;
            Side = progress.Side;
            Type = terms.Type;
            TimeInForce = terms.TimeInForce;
            Status = progress.Status;
            ExpireReason = progress.ExpireReason;
        }

        public readonly OrderState ToState() => new()
        {
            OrderId = OrderId,
            Price = Price,
            Quantity = Quantity,
            ExecutedQuantity = ExecutedQuantity,
            CumulativeQuote = CumulativeQuote,
            QuoteOrderQuantity = QuoteOrderQuantity,
            CreatedUs = CreatedUs,
            UpdatedUs = UpdatedUs,
            WorkingUs = WorkingUs,
            AccountId = AccountId,
            SymbolId = SymbolId,
            ClientOrderId = ClientOrderId,
            Side = Side,
            Type = Type,
            TimeInForce = TimeInForce,
            Status = Status,
            ExpireReason = ExpireReason,
        };
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(ForgottenSequence);
        writer.Write(ForgottenOrderId);
        writer.Write(_closed.Count);
        for (var number = _closed.OldestNumber; number <= _closed.NewestNumber; number++)
        {
            ref readonly var closed = ref _closed[number];
            writer.Write(new SavedOrder(_rows[closed.Row].Progress, _terms[closed.Row], closed.Sequence));
        }

        writer.Write(_byId.Count - _closed.Count);
        for (var accountId = 0; accountId < _accounts.Length; accountId++)
        {
            for (var row = FirstOpen(accountId); row != None; row = NextOpen(row))
            {
                writer.Write(new SavedOrder(_rows[row].Progress, _terms[row], closedSequence: 0));
            }
        }
    }

    /// <summary>Keeps no more closed orders than this process is set to, whatever the one before kept.</summary>
    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("order table", SnapshotVersion);
        ForgottenSequence = reader.ReadInt64();
        ForgottenOrderId = reader.ReadInt64();
        var orders = new SavedOrder[PieceLength];

        // As they were closed: of the orders with one client id the older ones closed before the newer were accepted.
        var closedSequence = 0L;
        Read(reader, orders, isOpen: false, (in SavedOrder order) =>
        {
            Check(order, order.ClosedSequence >= closedSequence);
            closedSequence = order.ClosedSequence;
            JoinClosed(Insert(order.ToState()), closedSequence);
        });
        var (accountId, orderId) = (0, 0L);
        Read(reader, orders, isOpen: true, (in SavedOrder order) =>
        {
            Check(order, order.AccountId > accountId || (order.AccountId == accountId && order.OrderId > orderId));
            (accountId, orderId) = (order.AccountId, order.OrderId);
            JoinAccount(Insert(order.ToState()));
        });
    }

    private delegate void Restore(in SavedOrder order);

    private void Read(SnapshotReader reader, SavedOrder[] orders, bool isOpen, Restore restore)
    {
        for (var left = reader.ReadCount(Array.MaxLength); left > 0;)
        {
            var piece = orders.AsSpan(0, Math.Min(left, orders.Length));
            reader.Read(piece);
            left -= piece.Length;
            foreach (ref readonly var order in piece)
            {
                Check(order, (order.Status is OrderStatus.New or OrderStatus.PartiallyFilled) == isOpen && order.AccountId >= 1 && order.ClientOrderId.IsValid);
                if (Find(order.OrderId) != None)
                {
                    throw new SnapshotDamagedException($"order {order.OrderId} is there twice");
                }

                restore(order);
            }
        }
    }

    private static void Check(in SavedOrder order, bool isPossible)
    {
        if (!isPossible)
        {
            throw new SnapshotDamagedException($"order {order.OrderId} of account {order.AccountId} is out of range");
        }
    }
}
