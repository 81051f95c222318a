namespace Exchange.Tests.Simulation;

/// <summary>Many seeds, each on one thread, several at once.</summary>
internal sealed class SimulationSwarm(ulong first, int count)
{
    private readonly Lock _gate = new();
    private readonly List<SimulationFailedException> _failures = [];
    private int _next;
    private int _done;

    /// <summary>Seeds run so far. Any thread.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Failed seeds so far, as they came. Any thread.</summary>
    public IReadOnlyList<SimulationFailedException> Failures
    {
        get
        {
            lock (_gate)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>The sum of all that held; once the run is over.</summary>
    public SimulationReport Report { get; private set; } = SimulationReport.Empty;

    public Task RunAsync(int threads) =>
        Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(RunSome, TaskCreationOptions.LongRunning)));

    private void RunSome()
    {
        for (var index = Interlocked.Increment(ref _next) - 1; index < count; index = Interlocked.Increment(ref _next) - 1)
        {
            try
            {
                var report = SimulationRun.Run(first + (ulong)index);
                lock (_gate)
                {
                    Report = Report.Plus(report);
                }
            }
            catch (SimulationFailedException failure)
            {
                lock (_gate)
                {
                    _failures.Add(failure);
                }
            }

            Interlocked.Increment(ref _done);
        }
    }
}
