namespace Exchange.Benchmarks.Durable;

/// <summary>
/// The workload W1: some 1,000 resting orders of 1,000 users on one symbol; of the commands, 82 % move an order, 9 % are limit orders, 6 %
/// cancels, 3 % sweep with immediate-or-cancel orders. Bit-exact, so its trades are known; nothing in it is refused.
/// </summary>
internal sealed class W1Stream
{
    public const int UserCount = 1_000;
    public const int PrefillCount = TargetOrders;
    public const int BenchCount = 3_000_000;

    /// <summary>Trades of the whole stream, by the workload's definition: 10 while it fills the book, then 173,941.</summary>
    public const long ExpectedTrades = 173_951;

    private const int TargetOrders = 1_000;
    private const ulong Seed = 0x5EED0000 + 1_000_003;
    private const long StartPrice = 40_000;
    private const long MinPrice = 30_000;
    private const long MaxPrice = 50_000;
    private const long Deviation = 2_000;

    private readonly W1Command[] _commands;
    private readonly W1Book _book;
    private readonly List<long> _live = [];
    private readonly Dictionary<long, int> _livePositions = [];
    private SplitMix _random = new(Seed);
    private int _count;

    private W1Stream(int commandCount)
    {
        _commands = new W1Command[commandCount];
        _book = new W1Book(MinPrice, MaxPrice, Forget);
        _book.SetLastPrice(StartPrice);
    }

    public ReadOnlyMemory<W1Command> Commands => _commands;

    public long TradeCount => _book.TradeCount;

    public long TradedQuantity => _book.TradedQuantity;

    /// <summary>Ids that the stream's new orders take: 1 to this number.</summary>
    public long MaxOrderId { get; private set; }

    /// <param name="benchCount">Commands behind the prefill; <see cref="BenchCount"/> is the whole workload.</param>
    public static W1Stream Generate(int benchCount = BenchCount)
    {
        var stream = new W1Stream(PrefillCount + benchCount);
        for (var i = 0; i < PrefillCount; i++)
        {
            stream.AddLimit();
        }

        for (var i = 0; i < benchCount; i++)
        {
            stream.Step();
        }

        return stream;
    }

    private void Step()
    {
        var roll = _random.Next(100);
        var live = _live.Count;
        var operation = roll < 3 ? W1Operation.IocLimit : roll < 9 ? W1Operation.Cancel : roll < 91 ? W1Operation.Move : W1Operation.GtcLimit;
        if (live < TargetOrders * 95 / 100 && (operation is W1Operation.IocLimit or W1Operation.Cancel))
        {
            operation = W1Operation.GtcLimit;
        }

        if (live > TargetOrders * 105 / 100 && operation == W1Operation.GtcLimit)
        {
            operation = W1Operation.Cancel;
        }

        if (operation == W1Operation.GtcLimit || live == 0)
        {
            AddLimit();
        }
        else if (operation == W1Operation.IocLimit)
        {
            Sweep();
        }
        else
        {
            Change(operation, _live[(int)_random.Next((uint)live)]);
        }
    }

    private void AddLimit()
    {
        var side = (byte)_random.Next(2);
        if (_book.Count[side] > TargetOrders / 2 + TargetOrders / 20)
        {
            side ^= 1;
        }

        long roll = _random.Next(65_536);
        var deviation = 1 + (((roll * roll >> 16) * Deviation) >> 16);
        long offset = 0;
        for (var i = 0; i < 4; i++)
        {
            offset += _random.Next((uint)deviation);
        }

        offset = offset / 4 * 2 - deviation;
        if (offset > 0 != (side == 1))
        {
            offset = -offset;
        }

        var price = Math.Clamp(_book.LastPrice + offset, MinPrice, MaxPrice);
        var quantity = Quantity();
        var order = New(W1Operation.GtcLimit, side, price, quantity);
        var leaves = _book.Match(side, price, quantity);
        if (leaves > 0)
        {
            _book.AddLast(order.OrderId, side, order.UserId, price, leaves);
            _livePositions[order.OrderId] = _live.Count;
            _live.Add(order.OrderId);
        }
    }

    private void Sweep()
    {
        var side = (byte)_random.Next(2);
        if (_book.Count[side ^ 1] < TargetOrders / 2 - TargetOrders / 20)
        {
            side ^= 1;
        }

        var quantity = Quantity();
        var price = side == 0 ? MaxPrice : MinPrice;
        New(W1Operation.IocLimit, side, price, quantity);
        _book.Match(side, price, quantity);
    }

    private void Change(W1Operation operation, long orderId)
    {
        var (side, userId, price, leaves) = _book.Find(orderId);
        if (operation == W1Operation.Cancel)
        {
            Emit(operation, side, userId, orderId, price, leaves);
            _book.Remove(orderId);
            Forget(orderId);
            return;
        }

        var last = _book.LastPrice;
        var distance = price > last ? -((price - last + 99) / 100)
            : price < last ? (last - price + 99) / 100
            : _random.Next(2) * 2L - 1;
        var newPrice = Math.Clamp(price + distance, MinPrice, MaxPrice);
        Emit(operation, side, userId, orderId, newPrice, leaves);
        _book.Remove(orderId);
        leaves = _book.Match(side, newPrice, leaves);
        if (leaves > 0)
        {
            _book.AddLast(orderId, side, userId, newPrice, leaves);
        }
        else
        {
            Forget(orderId);
        }
    }

    private long Quantity()
    {
        long first = _random.Next(6);
        long second = _random.Next(6);
        return 1 + first * second * _random.Next(6);
    }

    private W1Command New(W1Operation operation, byte side, long price, long quantity)
    {
        var userId = (ushort)(1 + _random.Next(UserCount));
        return Emit(operation, side, userId, ++MaxOrderId, price, quantity);
    }

    private W1Command Emit(W1Operation operation, byte side, ushort userId, long orderId, long price, long quantity) =>
        _commands[_count++] = new W1Command
        {
            Operation = operation,
            Side = side,
            UserId = userId,
            OrderId = orderId,
            Price = price,
            Quantity = quantity,
        };

    /// <summary>Takes an order out of the live ones: the last of them moves to its place.</summary>
    private void Forget(long orderId)
    {
        _livePositions.Remove(orderId, out var position);
        var moved = _live[^1];
        _live.RemoveAt(_live.Count - 1);
        if (moved != orderId)
        {
            _live[position] = moved;
            _livePositions[moved] = position;
        }
    }
}
