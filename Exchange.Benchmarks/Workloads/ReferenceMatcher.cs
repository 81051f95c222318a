namespace Exchange.Benchmarks.Workloads;

/// <summary>
/// The matcher inside the generator: price-time priority with plain arrays over the prices that the workloads use. It shares nothing with
/// the engine, so that a workload's trades are found twice.
/// </summary>
internal sealed class ReferenceMatcher(int symbolCount, long maxOrderId)
{
    // Why not the whole range of the definition: thousands of symbols of it would take gigabytes. A price outside throws.
    private readonly int _firstPrice = symbolCount == 1 ? 34_000 : 37_000;
    private readonly int _priceCount = PriceCountOf(symbolCount);

    private readonly int[]?[] _firsts = new int[]?[symbolCount * 2];
    private readonly int[]?[] _lasts = new int[]?[symbolCount * 2];
    private readonly int[] _best = NewBest(symbolCount);
    private readonly Order[] _orders = new Order[maxOrderId + 1];

    /// <summary>Called with the id of each maker that has no leaves any more, in the order of fills.</summary>
    public Action<long> OnFilledMaker { get; set; } = _ => { };

    public TradeTally Tally { get; set; }

    /// <summary>Price of the last trade of the latest match; 0 when it traded nothing.</summary>
    public long LastPrice { get; private set; }

    public ref readonly Order this[long orderId] => ref _orders[orderId];

    public void Remove(long orderId)
    {
        ref var order = ref _orders[orderId];
        var side = SideIndex(order.Symbol, order.Side);
        var level = (int)order.Price - _firstPrice;
        if (order.Previous == 0)
        {
            _firsts[side]![level] = order.Next;
        }
        else
        {
            _orders[order.Previous].Next = order.Next;
        }

        if (order.Next == 0)
        {
            _lasts[side]![level] = order.Previous;
        }
        else
        {
            _orders[order.Next].Previous = order.Previous;
        }
    }

    /// <summary>Trades what crosses; returns what is left. <see cref="LastPrice"/> is that of the last trade, or 0 without one.</summary>
    public long Match(int symbol, byte side, long orderId, long price, long quantity)
    {
        LastPrice = 0;
        var makers = SideIndex(symbol, (byte)(side ^ 1));
        var step = side == 0 ? 1 : -1;
        var limit = Math.Clamp(price - _firstPrice, -1, _priceCount);
        if (_firsts[makers] is not { } firsts)
        {
            return quantity;
        }

        ref var best = ref _best[makers];
        for (; quantity > 0 && (limit - best) * step >= 0 && (uint)best < _priceCount; best += step)
        {
            while (firsts[best] is var first and not 0)
            {
                ref var maker = ref _orders[first];
                var traded = Math.Min(quantity, maker.Leaves);
                quantity -= traded;
                maker.Leaves -= traded;
                LastPrice = maker.Price;
                var tally = Tally;
                tally.Add(first, orderId, maker.Price, traded);
                Tally = tally;
                if (maker.Leaves == 0)
                {
                    Remove(first);
                    OnFilledMaker(first);
                }

                if (quantity == 0)
                {
                    return 0;
                }
            }
        }

        return quantity;
    }

    public void AddLast(int symbol, byte side, long orderId, ushort userId, long price, long leaves)
    {
        var index = SideIndex(symbol, side);
        var firsts = _firsts[index] ??= new int[_priceCount];
        var lasts = _lasts[index] ??= new int[_priceCount];
        var level = checked((int)price - _firstPrice);
        ref var order = ref _orders[orderId];
        order.Symbol = (ushort)symbol;
        order.Side = side;
        order.UserId = userId;
        order.Price = price;
        order.Leaves = leaves;
        order.Next = 0;
        order.Previous = lasts[level];
        if (order.Previous == 0)
        {
            firsts[level] = (int)orderId;
        }
        else
        {
            _orders[order.Previous].Next = (int)orderId;
        }

        lasts[level] = (int)orderId;
        _best[index] = side == 0 ? Math.Max(_best[index], level) : Math.Min(_best[index], level);
    }

    /// <summary>Returns the lots of the side's best <paramref name="levels"/> price levels and the price of the last of them.</summary>
    public (long Lots, long LastPrice) Sum(int symbol, byte side, int levels)
    {
        var index = SideIndex(symbol, side);
        var firsts = _firsts[index]!;
        var step = side == 0 ? -1 : 1;
        long lots = 0;
        for (var level = _best[index]; ; level += step)
        {
            for (var id = firsts[level]; id != 0; id = _orders[id].Next)
            {
                lots += _orders[id].Leaves;
            }

            if (firsts[level] != 0 && --levels == 0)
            {
                return (lots, level + _firstPrice);
            }
        }
    }

    private static int SideIndex(int symbol, byte side) => symbol * 2 + side;

    private static int PriceCountOf(int symbolCount) => symbolCount == 1 ? 12_001 : 6_001;

    private static int[] NewBest(int symbolCount)
    {
        var best = new int[symbolCount * 2];
        for (var i = 0; i < best.Length; i++)
        {
            best[i] = i % 2 == 0 ? -1 : PriceCountOf(symbolCount);
        }

        return best;
    }

    internal struct Order
    {
        public long Price;
        public long Leaves;
        public int Next;
        public int Previous;
        public ushort UserId;
        public ushort Symbol;
        public byte Side;
    }
}
