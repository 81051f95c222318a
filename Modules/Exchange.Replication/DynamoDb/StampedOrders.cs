using Amazon.DynamoDBv2.Model;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;

namespace Exchange.Replication.DynamoDb;

/// <summary>What an order's item says besides the order.</summary>
internal struct OrderStamp
{
    /// <summary>The record that changed the order last.</summary>
    public ItemStamp Changed;

    /// <summary>Whether the batch added the order; otherwise <see cref="Before"/> is how it stood at the batch's begin.</summary>
    public bool IsNew;

    public OrderState Before;
}

/// <summary>
/// Orders as the records of a batch leave them, each with the record that changed it last and with what it was before. A stored order that the records
/// name must be here already (<see cref="TakeIn"/>). One thread.
/// </summary>
/// <param name="symbols">As of the record, or later: a symbol never changes.</param>
/// <param name="cachedCount">See <see cref="OrderRows"/>.</param>
internal sealed class StampedOrders
{
    private readonly Func<SymbolDirectory> _symbols;
    private readonly OrderRows _rows;
    private readonly ChunkedArray<OrderStamp> _stamps = new();
    private readonly OrderFold<Rows> _fold;
    private ItemStamp _now;

    public StampedOrders(Func<SymbolDirectory> symbols, int cachedCount)
    {
        _symbols = symbols;
        _rows = new OrderRows(NotStored, cachedCount);
        _fold = new OrderFold<Rows>(new Rows(this));
    }

    /// <summary>Rows of the orders that the batch added or changed.</summary>
    public IEnumerable<int> Touched => _rows.Added.Concat(_rows.Changed);

    public ref readonly OrderState this[int row] => ref _rows[row];

    public ref readonly OrderStamp Stamp(int row) => ref _stamps[row];

    /// <summary>Returns the item of an order that the batch has touched.</summary>
    public Dictionary<string, AttributeValue> ItemOf(int row)
    {
        ref readonly var order = ref _rows[row];
        ref readonly var stamp = ref _stamps[row];
        var item = OrderItem.Of(order, stamp.Changed, _symbols().Symbol(order.SymbolId));
        if (!stamp.IsNew)
        {
            item[OrderItem.Before] = OrderItem.BeforeOf(stamp.Before);
        }

        return item;
    }

    /// <summary>Whether the order need not be taken in.</summary>
    public bool Contains(long orderId) => _rows.Contains(orderId);

    public void TakeIn(in OrderState stored) => _rows.TakeIn(stored);

    /// <exception cref="InvariantBrokenException">Store and journal do not belong together.</exception>
    public void Apply(long epoch, in Record record)
    {
        _now = new ItemStamp(epoch, record.Sequence);
        _fold.Apply(record);
    }

    /// <summary>The changes are stored.</summary>
    public void Committed() => _rows.Committed();

    /// <summary>Forgets everything, changes included.</summary>
    public void Clear() => _rows.Clear();

    private static bool NotStored(long orderId, out OrderState order)
    {
        order = default;
        return false;
    }

    private readonly struct Rows(StampedOrders owner) : IOrderRows
    {
        public ref OrderProgress Progress(int row) => ref owner._rows[row].Progress;

        public ref OrderTerms Terms(int row) => ref owner._rows[row].Terms;

        public Symbol Symbol(int symbolId) => owner._symbols().Symbol(symbolId);

        public int Add(in OrderState order)
        {
            var row = owner._rows.Add(order);
            owner._stamps.EnsureIndex(row);
            owner._stamps[row] = new OrderStamp { Changed = owner._now, IsNew = true };
            return row;
        }

        public int Open(long orderId)
        {
            var row = owner._rows.Open(orderId, out var isFirst);
            owner._stamps.EnsureIndex(row);
            ref var stamp = ref owner._stamps[row];
            if (isFirst)
            {
                stamp.IsNew = false;
                stamp.Before = owner._rows[row];
            }

            stamp.Changed = owner._now;
            return row;
        }

        public void Closed(int row)
        {
        }

        public void Traded(in TradeExecuted trade, int taker, int maker)
        {
        }

        public void MassCanceled(int row)
        {
        }
    }
}
