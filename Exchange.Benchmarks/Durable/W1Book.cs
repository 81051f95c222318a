namespace Exchange.Benchmarks.Durable;

/// <summary>The matcher inside the workload's generator: price-time priority in plain arrays over the workload's own price range.</summary>
internal sealed class W1Book(long minPrice, long maxPrice, Action<long> onFilledMaker)
{
    /// <summary>By price and side; a list stays when it has become empty.</summary>
    private readonly LinkedList<Order>?[] _levels = new LinkedList<Order>?[2 * (maxPrice - minPrice + 1)];
    private readonly Dictionary<long, LinkedListNode<Order>> _orders = [];

    /// <summary>Bounds of the occupied prices: nothing of a side is better than this.</summary>
    private readonly long[] _best = [minPrice - 1, maxPrice + 1];

    /// <summary>Resting orders of each side.</summary>
    public int[] Count { get; } = new int[2];

    public long LastPrice { get; private set; }

    public long TradeCount { get; private set; }

    public long TradedQuantity { get; private set; }

    public void SetLastPrice(long price) => LastPrice = price;

    public (byte Side, ushort UserId, long Price, long Leaves) Find(long orderId)
    {
        var order = _orders[orderId].Value;
        return (order.Side, order.UserId, order.Price, order.Leaves);
    }

    public void Remove(long orderId)
    {
        _orders.Remove(orderId, out var node);
        node!.List!.Remove(node);
        Count[node.Value.Side]--;
    }

    /// <summary>Trades what crosses; returns what is left.</summary>
    public long Match(byte side, long price, long quantity)
    {
        var other = (byte)(side ^ 1);
        var step = side == 0 ? 1 : -1;
        for (var at = _best[other]; quantity > 0 && (price - at) * step >= 0 && at >= minPrice && at <= maxPrice; at += step)
        {
            _best[other] = at;
            var level = Level(other, at);
            while (quantity > 0 && level?.First is { } first)
            {
                var maker = first.Value;
                var traded = Math.Min(quantity, maker.Leaves);
                quantity -= traded;
                maker.Leaves -= traded;
                LastPrice = at;
                TradeCount++;
                TradedQuantity += traded;
                if (maker.Leaves == 0)
                {
                    Remove(maker.Id);
                    onFilledMaker(maker.Id);
                }
            }
        }

        return quantity;
    }

    public void AddLast(long orderId, byte side, ushort userId, long price, long leaves)
    {
        ref var level = ref _levels[IndexOf(side, price)];
        level ??= new LinkedList<Order>();
        _orders[orderId] = level.AddLast(new Order { Id = orderId, Side = side, UserId = userId, Price = price, Leaves = leaves });
        Count[side]++;
        _best[side] = side == 0 ? Math.Max(_best[side], price) : Math.Min(_best[side], price);
    }

    private LinkedList<Order>? Level(byte side, long price) => _levels[IndexOf(side, price)];

    private long IndexOf(byte side, long price) => 2 * (price - minPrice) + side;

    private sealed class Order
    {
        public long Id;
        public byte Side;
        public ushort UserId;
        public long Price;
        public long Leaves;
    }
}
