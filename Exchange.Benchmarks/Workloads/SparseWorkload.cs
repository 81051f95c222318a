namespace Exchange.Benchmarks.Workloads;

/// <summary>
/// Orders all over 10^9 ticks, almost every one alone on its price and far from the next: what a book that counts on neighbouring prices would
/// pay for. Half of the commands move an order, a quarter each cancel and add; nothing trades.
/// </summary>
internal static class SparseWorkload
{
    private const long Middle = 500_000_000;
    private const uint Reach = 400_000_000;

    public static (WorkloadCommand[] Prefill, WorkloadCommand[] Bench) Generate(int restingOrders, int benchCount)
    {
        var random = new SplitMix(0x5BA25E);
        List<WorkloadCommand> live = [];
        var nextId = 0L;
        var prefill = new WorkloadCommand[restingOrders];
        for (var i = 0; i < prefill.Length; i++)
        {
            prefill[i] = Add(ref random, live, ref nextId);
        }

        var bench = new WorkloadCommand[benchCount];
        for (var i = 0; i < bench.Length; i++)
        {
            var kind = random.Next(4);
            var place = (int)random.Next((uint)live.Count);
            var order = live[place];
            if (kind == 0 || live.Count < restingOrders / 2)
            {
                bench[i] = Add(ref random, live, ref nextId);
            }
            else if (kind == 1)
            {
                order.Operation = WorkloadOperation.Cancel;
                bench[i] = order;
                live[place] = live[^1];
                live.RemoveAt(live.Count - 1);
            }
            else
            {
                order.Operation = WorkloadOperation.Move;
                order.Price = PriceOf(ref random, order.Side);
                bench[i] = order;
                live[place] = order;
            }
        }

        return (prefill, bench);
    }

    private static WorkloadCommand Add(ref SplitMix random, List<WorkloadCommand> live, ref long nextId)
    {
        var side = (byte)random.Next(2);
        var order = new WorkloadCommand
        {
            Operation = WorkloadOperation.GtcLimit,
            Side = side,
            UserId = (ushort)(1 + random.Next(WorkloadDefinition.UserCount)),
            OrderId = ++nextId,
            Price = PriceOf(ref random, side),
            Quantity = 1 + random.Next(100),
        };
        live.Add(order);
        return order;
    }

    private static long PriceOf(ref SplitMix random, byte side)
    {
        long distance = 1 + random.Next(Reach);
        return side == 0 ? Middle - distance : Middle + distance;
    }
}
