using System.Runtime.InteropServices;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>The table in a snapshot: the closed orders, the one that closed first first, then the open ones by account and id.</summary>
internal sealed partial class OrderTable : ISnapshotState
{
    private const int SnapshotVersion = 2;

    /// <summary>One order; units as in <see cref="OrderState"/>.</summary>
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
        public long ClosedSequence;
        public int AccountId;
        public int SymbolId;
        public ClientOrderId ClientOrderId;
        public Side Side;
        public OrderType Type;
        public TimeInForce TimeInForce;
        public OrderStatus Status;
        public ExpireReason ExpireReason;
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(ForgottenSequence);
        writer.Write(ForgottenOrderId);
        writer.Write(ClosedCount);
        for (var row = _oldestClosed; row != RowIndex.None; row = _rows[row].Next)
        {
            writer.Write(Saved(_rows[row]));
        }

        writer.Write(_byId.Count - ClosedCount);
        for (var accountId = 0; accountId < _accounts.Length; accountId++)
        {
            for (var row = FirstOpen(accountId); row != RowIndex.None; row = _rows[row].Next)
            {
                writer.Write(Saved(_rows[row]));
            }
        }
    }

    /// <summary>Keeps no more closed orders than this process is set to, whatever the one before kept.</summary>
    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("order table", SnapshotVersion);
        ForgottenSequence = reader.ReadInt64();
        ForgottenOrderId = reader.ReadInt64();
        var closed = ReadOrders(reader, isOpen: false);
        var open = ReadOrders(reader, isOpen: true);

        // In the order of ids: a chain of one client id goes by age, an account's list by id.
        var rows = new Dictionary<long, int>(closed.Length);
        foreach (var order in closed.Concat(open).OrderBy(order => order.OrderId))
        {
            var row = Restore(order);
            if (!_rows[row].State.IsOpen)
            {
                rows.Add(order.OrderId, row);
            }
        }

        foreach (var order in closed)
        {
            JoinClosed(rows[order.OrderId], order.ClosedSequence);
        }
    }

    private static SavedOrder[] ReadOrders(SnapshotReader reader, bool isOpen)
    {
        var orders = new SavedOrder[reader.ReadCount(Array.MaxLength)];
        for (var i = 0; i < orders.Length; i++)
        {
            orders[i] = reader.Read<SavedOrder>();
            if (orders[i].Status is OrderStatus.New or OrderStatus.PartiallyFilled != isOpen
                || orders[i].AccountId < 1 || orders[i].ClientOrderId.Length > ClientOrderId.MaxLength)
            {
                throw new SnapshotDamagedException($"order {orders[i].OrderId} of account {orders[i].AccountId} is out of range");
            }
        }

        return orders;
    }

    private static SavedOrder Saved(in OrderRow row)
    {
        ref readonly var order = ref row.State;
        return new SavedOrder
        {
            OrderId = order.OrderId,
            Price = order.Price,
            Quantity = order.Quantity,
            ExecutedQuantity = order.ExecutedQuantity,
            CumulativeQuote = order.CumulativeQuote,
            QuoteOrderQuantity = order.QuoteOrderQuantity,
            CreatedUs = order.CreatedUs,
            UpdatedUs = order.UpdatedUs,
            WorkingUs = order.WorkingUs,
            ClosedSequence = row.ClosedSequence,
            AccountId = order.AccountId,
            SymbolId = order.SymbolId,
            ClientOrderId = order.ClientOrderId,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Status = order.Status,
            ExpireReason = order.ExpireReason,
        };
    }

    private int Restore(in SavedOrder saved)
    {
        if (Find(saved.OrderId) != RowIndex.None)
        {
            throw new SnapshotDamagedException($"order {saved.OrderId} is there twice");
        }

        var row = Insert(new OrderState
        {
            OrderId = saved.OrderId,
            Price = saved.Price,
            Quantity = saved.Quantity,
            ExecutedQuantity = saved.ExecutedQuantity,
            CumulativeQuote = saved.CumulativeQuote,
            QuoteOrderQuantity = saved.QuoteOrderQuantity,
            CreatedUs = saved.CreatedUs,
            UpdatedUs = saved.UpdatedUs,
            WorkingUs = saved.WorkingUs,
            AccountId = saved.AccountId,
            SymbolId = saved.SymbolId,
            ClientOrderId = saved.ClientOrderId,
            Side = saved.Side,
            Type = saved.Type,
            TimeInForce = saved.TimeInForce,
            Status = saved.Status,
            ExpireReason = saved.ExpireReason,
        });
        if (_rows[row].State.IsOpen)
        {
            JoinAccount(row, ref _rows[row]);
        }

        return row;
    }
}
