using System.Globalization;
using System.Text;
using Exchange.Benchmarks.Replay;

namespace Exchange.Tests.Support;

/// <summary>
/// Makes order flow in the format of the recordings from a fixed seed. What it expects comes from its own matcher: a list in order of
/// arrival that is searched from the start for the best price, and shares nothing with the exchange's book.
/// </summary>
internal sealed class SyntheticFlow
{
    private const int RowCount = 300;

    /// <summary>Rows that first lay out a book, under ids from 900000001 on as in the recordings.</summary>
    private const int PrefillCount = 40;

    private const long MiddlePrice = 1_000_000;
    private const long Tick = FlowReader.PriceUnitsPerTick;
    private const long FirstPrefillId = 900_000_001;

    private readonly List<Order> _orders = [];
    private readonly StringBuilder _text = new();
    private readonly SplitMix64 _random = new(20_120_621);
    private int _rows;

    private SyntheticFlow()
    {
    }

    /// <summary>Returns the whole file; always the same.</summary>
    public static string Generate()
    {
        var flow = new SyntheticFlow();
        flow._text.Append(FlowReader.Header).Append('\n');
        while (flow._rows < RowCount)
        {
            flow.Step();
        }

        return flow._text.ToString();
    }

    private void Step()
    {
        var roll = _random.Below(100);
        if (_rows < PrefillCount || _orders.Count < 20 || roll < 45)
        {
            Add();
        }
        else if (roll < 70)
        {
            Take();
        }
        else
        {
            Change(_orders[_random.Below(_orders.Count)], roll);
        }
    }

    private void Add()
    {
        var isBuy = _random.Below(2) == 0;

        // Up to five ticks inside the spread, up to twenty deep, and never at or through the other side.
        var distance = (_random.Below(25) - 5L) * Tick;
        var (bestBid, bestAsk) = (Best(isBuy: true)?.Price ?? MiddlePrice - 3 * Tick, Best(isBuy: false)?.Price ?? MiddlePrice + 3 * Tick);
        var price = isBuy ? Math.Min(bestBid - distance, bestAsk - Tick) : Math.Max(bestAsk + distance, bestBid + Tick);
        var id = _rows < PrefillCount ? FirstPrefillId + _rows : 1_000_000 + _random.Below(8_000_000) * 1_000L + _rows;
        var order = new Order { Id = id, IsBuy = isBuy, Price = price, Leaves = 1 + _random.Below(300) };
        _orders.Add(order);
        Write("ADD", order.Id, isBuy, price, order.Leaves, "");
    }

    private void Take()
    {
        var isBuy = _random.Below(2) == 0;
        var depth = _random.Below(6) * Tick;
        if (Best(!isBuy) is not { } best)
        {
            return;
        }

        var limit = isBuy ? best.Price + depth : best.Price - depth;
        long quantity = 1 + _random.Below(500);
        var leaves = quantity;
        List<string> fills = [];
        while (leaves > 0 && Best(!isBuy) is { } maker && (isBuy ? maker.Price <= limit : maker.Price >= limit))
        {
            var traded = Math.Min(leaves, maker.Leaves);
            leaves -= traded;
            TakeOff(maker, traded);
            fills.Add(string.Create(CultureInfo.InvariantCulture, $"{maker.Id}@{maker.Price}*{traded}"));
        }

        Write("TAKE", 0, isBuy, limit, quantity, string.Join('|', fills));
    }

    private void Change(Order order, int roll)
    {
        if (roll < 85)
        {
            var leaves = order.Leaves;
            TakeOff(order, leaves);
            Write("CANCEL", order.Id, order.IsBuy, order.Price, leaves, "");
            return;
        }

        // A forced execution may take all of an order, a reduction leaves something.
        var isForced = roll >= 93;
        var most = isForced ? order.Leaves : order.Leaves - 1;
        if (most == 0)
        {
            return;
        }

        var lots = isForced && _random.Below(2) == 0 ? most : 1 + _random.Below((int)most);
        TakeOff(order, lots);
        Write(isForced ? "FORCE" : "REDUCE", order.Id, order.IsBuy, order.Price, lots, "");
    }

    private void TakeOff(Order order, long lots)
    {
        order.Leaves -= lots;
        if (order.Leaves == 0)
        {
            _orders.Remove(order);
        }
    }

    /// <summary>Returns the oldest order at the best price of a side, or null.</summary>
    private Order? Best(bool isBuy)
    {
        Order? best = null;
        foreach (var order in _orders)
        {
            if (order.IsBuy == isBuy && (best is null || (isBuy ? order.Price > best.Price : order.Price < best.Price)))
            {
                best = order;
            }
        }

        return best;
    }

    private void Write(string operation, long id, bool isBuy, long price, long quantity, string fills)
    {
        _text.Append(CultureInfo.InvariantCulture, $"{_rows++},{operation},{id},{(isBuy ? 'B' : 'S')},{price},{quantity},{fills},")
            .Append(Describe(isBuy: true)).Append(',').Append(Describe(isBuy: false)).Append('\n');
    }

    private string Describe(bool isBuy)
    {
        if (Best(isBuy) is not { } best)
        {
            return ",";
        }

        var quantity = _orders.Where(order => order.IsBuy == isBuy && order.Price == best.Price).Sum(order => order.Leaves);
        return string.Create(CultureInfo.InvariantCulture, $"{best.Price},{quantity}");
    }

    private sealed class Order
    {
        public required long Id { get; init; }

        public required bool IsBuy { get; init; }

        /// <summary>In units of 1/10000, as the file has them.</summary>
        public required long Price { get; init; }

        public required long Leaves { get; set; }
    }
}
