using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Benchmarks.Workloads;

namespace Exchange.Benchmarks.Core;

/// <summary>
/// What the machine takes, in the same run, for things that every engine has to do at least: thread CPU ns per command.
/// </summary>
/// <param name="ArrayCopy">Copying the command stream, 32 bytes each.</param>
/// <param name="SwitchLoop">Reading each command and branching on what it is.</param>
/// <param name="IdTouch">Changing 16 bytes per command in an array over the order ids.</param>
internal readonly record struct Floors(double ArrayCopy, double SwitchLoop, double IdTouch)
{
    private static long _sink;

    public static Floors Measure(Workload workload)
    {
        var commands = workload.Bench;
        var copy = new WorkloadCommand[CoreExchange.ChunkLength];
        var touched = new Touched[workload.MaxOrderId + 1];
        MemoryMarshal.AsBytes(touched.AsSpan()).Fill(1);
        return new Floors(
            Time(commands, chunk => Copy(chunk, copy)),
            Time(commands, Branch),
            Time(commands, chunk => Touch(chunk, touched)));
    }

    private static double Time(ReadOnlySpan<WorkloadCommand> commands, Work work)
    {
        long ns = 0;
        for (var rest = commands; !rest.IsEmpty;)
        {
            var chunk = rest[..Math.Min(CoreExchange.ChunkLength, rest.Length)];
            rest = rest[chunk.Length..];
            var startNs = ThreadClock.NowNs();
            work(chunk);
            ns += ThreadClock.NowNs() - startNs;
        }

        return (double)ns / commands.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(ReadOnlySpan<WorkloadCommand> commands, WorkloadCommand[] destination) => commands.CopyTo(destination);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Branch(ReadOnlySpan<WorkloadCommand> commands)
    {
        var sum = _sink;
        foreach (ref readonly var command in commands)
        {
            switch (command.Operation)
            {
                case WorkloadOperation.GtcLimit:
                    sum += command.Price;
                    break;
                case WorkloadOperation.IocLimit:
                    sum ^= command.Quantity;
                    break;
                case WorkloadOperation.Cancel:
                    sum -= command.OrderId;
                    break;
                default:
                    sum += command.OrderId ^ command.Price;
                    break;
            }
        }

        _sink = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Touch(ReadOnlySpan<WorkloadCommand> commands, Touched[] touched)
    {
        foreach (ref readonly var command in commands)
        {
            ref var entry = ref touched[command.OrderId];
            entry.Price = command.Price;
            entry.Count++;
        }
    }

    private delegate void Work(ReadOnlySpan<WorkloadCommand> commands);

    private struct Touched
    {
        public long Price;
        public long Count;
    }
}
