namespace Exchange.Benchmarks.Workloads;

/// <summary>
/// Makes the commands of a workload, drawing random numbers exactly in the order of the definition: one generator per symbol, and the
/// owner of a new order always drawn last. Integer division truncates.
/// </summary>
internal sealed class WorkloadGenerator
{
    private const long StartPrice = 40_000;
    private const long MinPrice = 30_000;
    private const long MaxPrice = 50_000;
    private const long Deviation = 2_000;
    private const int SweptLevels = 50;
    private const int CommandsPerSweep = 1 + (2 * SweptLevels);

    private readonly WorkloadDefinition _definition;
    private readonly ReferenceMatcher _matcher;
    private readonly LiveOrders[] _symbols;
    private readonly int[] _livePositions;
    private int _count;
    private long _referencePrice = StartPrice;

    public WorkloadGenerator(WorkloadDefinition definition, int benchCount)
    {
        _definition = definition;
        Commands = new WorkloadCommand[definition.PrefillCount + benchCount];
        _matcher = new ReferenceMatcher(definition.SymbolCount, definition.MaxOrderId) { OnFilledMaker = Forget };
        _livePositions = new int[definition.MaxOrderId + 1];
        _symbols = new LiveOrders[definition.SymbolCount];
        for (var i = 0; i < _symbols.Length; i++)
        {
            _symbols[i] = new LiveOrders { Index = i, Random = new SplitMix(0x5EED0000 + ((ulong)definition.Number * 1_000_003) + (ulong)i) };
        }
    }

    public WorkloadCommand[] Commands { get; }

    public long MaxOrderId { get; private set; }

    /// <summary>Returns the trades since the last call.</summary>
    public TradeTally TakeTally()
    {
        var tally = _matcher.Tally;
        _matcher.Tally = default;
        return tally;
    }

    public void Prefill()
    {
        if (_definition.Number == 4)
        {
            PrefillLevels(_symbols[0]);
        }

        for (var round = 0; _count < _definition.PrefillCount; round++)
        {
            foreach (var symbol in _symbols)
            {
                switch (_definition.Number)
                {
                    case 2:
                        AddNearReference(symbol);
                        break;
                    case 3:
                        AddDeep(symbol);
                        break;
                    default:
                        AddNearLast(symbol);
                        break;
                }
            }
        }
    }

    public void Bench()
    {
        for (var step = 0; _count < Commands.Length; step++)
        {
            var symbol = _symbols[step % _symbols.Length];
            switch (_definition.Number)
            {
                case 2:
                    StepNearReference(symbol);
                    break;
                case 3:
                    StepDeep(symbol);
                    break;
                case 4:
                    SweepAndRefill(symbol, (byte)(step & 1));
                    break;
                default:
                    StepMix(symbol);
                    break;
            }
        }
    }

    private void StepMix(LiveOrders symbol)
    {
        var target = _definition.TargetOrders;
        var roll = symbol.Random.Next(100);
        var live = symbol.Ids.Count;
        var operation = roll < 3 ? WorkloadOperation.IocLimit
            : roll < 9 ? WorkloadOperation.Cancel
            : roll < 91 ? WorkloadOperation.Move
            : WorkloadOperation.GtcLimit;
        if (live < target * 95 / 100 && (operation is WorkloadOperation.IocLimit or WorkloadOperation.Cancel))
        {
            operation = WorkloadOperation.GtcLimit;
        }

        if (live > target * 105 / 100 && operation == WorkloadOperation.GtcLimit)
        {
            operation = WorkloadOperation.Cancel;
        }

        if (operation == WorkloadOperation.GtcLimit || live == 0)
        {
            AddNearLast(symbol);
        }
        else if (operation == WorkloadOperation.IocLimit)
        {
            var side = (byte)symbol.Random.Next(2);
            if (symbol.Count[side ^ 1] < target / 2 - target / 20)
            {
                side ^= 1;
            }

            Place(symbol, operation, side, side == 0 ? MaxPrice : MinPrice, MixQuantity(symbol));
        }
        else
        {
            var orderId = symbol.Pick();
            if (operation == WorkloadOperation.Cancel)
            {
                Cancel(symbol, orderId);
                return;
            }

            var price = _matcher[orderId].Price;
            var last = symbol.LastPrice;
            var distance = price > last ? -((price - last + 99) / 100)
                : price < last ? (last - price + 99) / 100
                : symbol.Random.Next(2) * 2L - 1;
            Move(symbol, orderId, Math.Clamp(price + distance, MinPrice, MaxPrice));
        }
    }

    private void AddNearLast(LiveOrders symbol)
    {
        var target = _definition.TargetOrders;
        var side = (byte)symbol.Random.Next(2);
        if (symbol.Count[side] > target / 2 + target / 20)
        {
            side ^= 1;
        }

        long roll = symbol.Random.Next(65_536);
        var deviation = 1 + (((roll * roll >> 16) * Deviation) >> 16);
        long offset = 0;
        for (var i = 0; i < 4; i++)
        {
            offset += symbol.Random.Next((uint)deviation);
        }

        offset = offset / 4 * 2 - deviation;
        if (offset > 0 != (side == 1))
        {
            offset = -offset;
        }

        Place(symbol, WorkloadOperation.GtcLimit, side, Math.Clamp(symbol.LastPrice + offset, MinPrice, MaxPrice), MixQuantity(symbol));
    }

    private static long MixQuantity(LiveOrders symbol)
    {
        long first = symbol.Random.Next(6);
        long second = symbol.Random.Next(6);
        return 1 + first * second * symbol.Random.Next(6);
    }

    private void AddNearReference(LiveOrders symbol)
    {
        var side = (byte)symbol.Random.Next(2);
        var first = symbol.Random.Next(256);
        long distance = first * symbol.Random.Next(256) >> 8;
        long quantity = 1 + symbol.Random.Next(100);
        Place(symbol, WorkloadOperation.GtcLimit, side, side == 0 ? _referencePrice - 1 - distance : _referencePrice + 1 + distance, quantity);
    }

    private void StepNearReference(LiveOrders symbol)
    {
        if (_count % 64 == 0)
        {
            _referencePrice = Math.Clamp(_referencePrice + symbol.Random.Next(3) - 1, StartPrice - 5_000, StartPrice + 5_000);
        }

        var target = _definition.TargetOrders;
        var roll = symbol.Random.Next(100);
        var live = symbol.Ids.Count;
        var operation = roll < 10 ? WorkloadOperation.IocLimit : roll < 55 ? WorkloadOperation.GtcLimit : WorkloadOperation.Cancel;
        if (operation == WorkloadOperation.Cancel && live < target * 9 / 10)
        {
            operation = WorkloadOperation.GtcLimit;
        }

        if (operation == WorkloadOperation.GtcLimit && live > target * 11 / 10)
        {
            operation = WorkloadOperation.Cancel;
        }

        switch (operation)
        {
            case WorkloadOperation.GtcLimit:
                AddNearReference(symbol);
                break;
            case WorkloadOperation.IocLimit:
                var side = (byte)symbol.Random.Next(2);
                long quantity = 1 + symbol.Random.Next(60);
                Place(symbol, operation, side, side == 0 ? _referencePrice + 20 : _referencePrice - 20, quantity);
                break;
            default:
                var index = symbol.Random.Next(2) == 0
                    ? live - 1 - (int)symbol.Random.Next((uint)Math.Min(live, 1_024))
                    : (int)symbol.Random.Next((uint)live);
                Cancel(symbol, symbol.Ids[index]);
                break;
        }
    }

    private void AddDeep(LiveOrders symbol)
    {
        var side = (byte)symbol.Random.Next(2);
        long distance = 1 + symbol.Random.Next(5_000);
        long quantity = 1 + symbol.Random.Next(100);
        Place(symbol, WorkloadOperation.GtcLimit, side, Away(side, distance), quantity);
    }

    private void StepDeep(LiveOrders symbol)
    {
        var roll = symbol.Random.Next(100);
        if (roll < 45)
        {
            AddDeep(symbol);
        }
        else if (roll < 80)
        {
            Cancel(symbol, symbol.Pick());
        }
        else if (roll < 90)
        {
            var orderId = symbol.Pick();
            Move(symbol, orderId, Away(_matcher[orderId].Side, 1 + symbol.Random.Next(5_000)));
        }
        else
        {
            var side = (byte)symbol.Random.Next(2);
            long quantity = 1 + symbol.Random.Next(100);
            Place(symbol, WorkloadOperation.IocLimit, side, side == 0 ? MaxPrice : MinPrice, quantity);
        }
    }

    private void PrefillLevels(LiveOrders symbol)
    {
        for (var distance = 1; distance <= 200; distance++)
        {
            for (var twice = 0; twice < 2; twice++)
            {
                Place(symbol, WorkloadOperation.GtcLimit, 0, Away(0, distance), 1 + symbol.Random.Next(10));
                Place(symbol, WorkloadOperation.GtcLimit, 1, Away(1, distance), 1 + symbol.Random.Next(10));
            }
        }
    }

    private void SweepAndRefill(LiveOrders symbol, byte side)
    {
        var (lots, limit) = _matcher.Sum(0, side, SweptLevels);
        Span<int> distances = stackalloc int[CommandsPerSweep - 1];
        Place(symbol, WorkloadOperation.IocLimit, (byte)(side ^ 1), limit, lots);
        for (var i = 0; i < distances.Length; i++)
        {
            distances[i] = 1 + (i / 2);
        }

        for (var i = distances.Length - 1; i > 0; i--)
        {
            var other = (int)symbol.Random.Next((uint)(i + 1));
            (distances[i], distances[other]) = (distances[other], distances[i]);
        }

        foreach (var distance in distances)
        {
            if (_count < Commands.Length)
            {
                Place(symbol, WorkloadOperation.GtcLimit, side, Away(side, distance), 1 + symbol.Random.Next(10));
            }
        }
    }

    private static long Away(byte side, long distance) => side == 0 ? StartPrice - distance : StartPrice + distance;

    private void Place(LiveOrders symbol, WorkloadOperation operation, byte side, long price, long quantity)
    {
        var userId = (ushort)(1 + symbol.Random.Next(WorkloadDefinition.UserCount));
        var orderId = ++MaxOrderId;
        Emit(symbol, operation, side, userId, orderId, price, quantity);
        var leaves = Match(symbol, side, orderId, price, quantity);
        if (leaves > 0 && operation == WorkloadOperation.GtcLimit)
        {
            _matcher.AddLast(symbol.Index, side, orderId, userId, price, leaves);
            symbol.Count[side]++;
            _livePositions[orderId] = symbol.Ids.Count;
            symbol.Ids.Add(orderId);
        }
    }

    private void Cancel(LiveOrders symbol, long orderId)
    {
        ref readonly var order = ref _matcher[orderId];
        Emit(symbol, WorkloadOperation.Cancel, order.Side, order.UserId, orderId, order.Price, order.Leaves);
        _matcher.Remove(orderId);
        Forget(orderId);
    }

    private void Move(LiveOrders symbol, long orderId, long newPrice)
    {
        var order = _matcher[orderId];
        Emit(symbol, WorkloadOperation.Move, order.Side, order.UserId, orderId, newPrice, order.Leaves);
        _matcher.Remove(orderId);
        var leaves = Match(symbol, order.Side, orderId, newPrice, order.Leaves);
        if (leaves > 0)
        {
            _matcher.AddLast(symbol.Index, order.Side, orderId, order.UserId, newPrice, leaves);
        }
        else
        {
            Forget(orderId);
        }
    }

    private long Match(LiveOrders symbol, byte side, long orderId, long price, long quantity)
    {
        var leaves = _matcher.Match(symbol.Index, side, orderId, price, quantity);
        symbol.LastPrice = _matcher.LastPrice == 0 ? symbol.LastPrice : _matcher.LastPrice;
        return leaves;
    }

    private void Emit(
        LiveOrders symbol, WorkloadOperation operation, byte side, ushort userId, long orderId, long price, long quantity) =>
        Commands[_count++] = new WorkloadCommand
        {
            Operation = operation,
            Side = side,
            UserId = userId,
            SymbolIndex = (uint)symbol.Index,
            OrderId = orderId,
            Price = price,
            Quantity = quantity,
        };

    /// <summary>Takes an order out of the live ones: the last of them moves to its place.</summary>
    private void Forget(long orderId)
    {
        ref readonly var order = ref _matcher[orderId];
        var symbol = _symbols[order.Symbol];
        var position = _livePositions[orderId];
        var moved = symbol.Ids[^1];
        symbol.Ids[position] = moved;
        _livePositions[moved] = position;
        symbol.Ids.RemoveAt(symbol.Ids.Count - 1);
        symbol.Count[order.Side]--;
    }

    /// <summary>A symbol's resting orders, in the order that picks depend on.</summary>
    private sealed class LiveOrders
    {
        public SplitMix Random;

        public required int Index { get; init; }

        public List<long> Ids { get; } = [];

        public int[] Count { get; } = new int[2];

        public long LastPrice { get; set; } = StartPrice;

        public long Pick() => Ids[(int)Random.Next((uint)Ids.Count)];
    }
}
