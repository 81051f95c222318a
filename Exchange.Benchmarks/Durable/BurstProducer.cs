using Exchange.Benchmarks.Workloads;
using Exchange.Matching.Pipeline;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// The thread that pushes the workload into the command ring as fast as it is admitted; nobody waits for the replies. Each lap runs the
/// whole workload on a symbol of its own: order ids go on counting over the laps, so those that a lap names are known in advance. Why one
/// thread: the workload's order ids are those of one order of arrival.
/// </summary>
internal sealed class BurstProducer(CommandRing ring, Workload workload, int symbolCount, Task ended)
{
    /// <summary>Commands between two signals to the engine.</summary>
    private const int RunLength = 64;

    private readonly ReadOnlyMemory<WorkloadCommand> _commands = workload.Commands;
    private readonly WorkloadSlots _slots = new();
    private long _pushed;
    private int _fullCount;
    private volatile bool _isStopping;

    /// <summary>Commands put into the ring. Any thread.</summary>
    public long Pushed => Volatile.Read(ref _pushed);

    /// <summary>Times the ring had no room. Any thread.</summary>
    public int FullCount => Volatile.Read(ref _fullCount);

    /// <summary>Laps whose every command was pushed. Once the thread has ended.</summary>
    public int CompleteLaps { get; private set; }

    public void Stop() => _isStopping = true;

    /// <summary>Runs until <see cref="Stop"/>, the pipeline's end, or the last symbol.</summary>
    public void Run()
    {
        for (; CompleteLaps < symbolCount && PushLap(CompleteLaps); CompleteLaps++)
        {
        }
    }

    private bool PushLap(int lap)
    {
        var firstId = lap * workload.MaxOrderId;
        var commands = _commands.Span;
        for (var next = 0; next < commands.Length;)
        {
            if (_isStopping || ended.IsCompleted)
            {
                return false;
            }

            var first = -1L;
            var count = 0;
            while (count < RunLength && next < commands.Length && ring.TryClaim(1, out var sequence))
            {
                first = count == 0 ? sequence : first;
                _slots.Write(ref ring[sequence], commands[next++], lap, firstId);
                count++;
            }

            if (count > 0)
            {
                ring.Publish(first, count);
                Volatile.Write(ref _pushed, _pushed + count);
            }

            if (count < RunLength && next < commands.Length)
            {
                // Why sleep: the ring holds milliseconds of work, and the pipeline needs this processor.
                Volatile.Write(ref _fullCount, _fullCount + 1);
                Thread.Sleep(1);
            }
        }

        return true;
    }
}
