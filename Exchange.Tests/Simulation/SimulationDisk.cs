using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>Draws what goes wrong with each disk operation of a life, lets virtual time pass in it, and lets other stages go on before it.</summary>
internal sealed class SimulationDisk(SimulationPlan plan, ManualClock clock, SplitMix64 random, Action<string> trace)
{
    private const long FullForOperations = 40;

    /// <summary>Most virtual time that an operation takes when nothing goes wrong.</summary>
    private const int QuickUs = 100;

    private int _operationsUntilEnd = -1;
    private long _fullUntil;

    public FaultyDisk Disk { get; } = new() { WriteAlignment = plan.WriteAlignment };

    /// <summary>Operations so far.</summary>
    public long Operations { get; private set; }

    /// <summary>One fault at one operation, counted from 1; none when the operation is 0.</summary>
    public (long Operation, DiskFault Fault) Script { get; init; }

    /// <summary>Whether faults happen; virtual time passes either way.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <summary>Called before an operation, when another stage may go on.</summary>
    public Action? Preempt { get; set; }

    /// <summary>How often each fault happened.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Ends the process in the operation after <paramref name="operations"/> further ones.</summary>
    public void EndAfter(int operations) => _operationsUntilEnd = operations;

    public void Install() => Disk.Inject = Inject;

    public void Count(string fault) => Counts[fault] = Counts.GetValueOrDefault(fault) + 1;

    /// <summary>Runs something that no fault and no other stage may disturb.</summary>
    public T Undisturbed<T>(Func<T> action)
    {
        Disk.Inject = null;
        try
        {
            return action();
        }
        finally
        {
            Install();
        }
    }

    private DiskFault Inject(DiskOperation operation, string name)
    {
        Operations++;
        clock.Pass(random.Between(1, IsFaulty ? plan.LatencyUsMax : QuickUs));
        if (Preempt is { } preempt && random.Chance(plan.PreemptPercent))
        {
            preempt();
        }

        if (!IsFaulty)
        {
            return DiskFault.None;
        }

        UpdateFullDisk();
        var fault = Operations == Script.Operation ? Scripted(operation) : Draw(operation);
        if (fault != DiskFault.None)
        {
            Count($"{operation}: {fault}");
            trace($"disk: {operation} of '{name}': {fault}");
        }

        return fault;
    }

    private DiskFault Scripted(DiskOperation operation) =>
        Script.Fault == DiskFault.ShortWrite && operation != DiskOperation.Write ? DiskFault.InputOutputError : Script.Fault;

    private DiskFault Draw(DiskOperation operation)
    {
        if (_operationsUntilEnd >= 0 && _operationsUntilEnd-- == 0)
        {
            return DiskFault.PowerLoss;
        }

        return operation switch
        {
            DiskOperation.Sync when Happens(plan.SyncErrorPpm) => DiskFault.InputOutputError,
            DiskOperation.Sync or DiskOperation.SyncFolder when Happens(plan.SyncLiePpm) => DiskFault.Lie,
            DiskOperation.SyncFolder or DiskOperation.Rename or DiskOperation.Create or DiskOperation.Delete when Happens(plan.FolderErrorPpm) => DiskFault.InputOutputError,
            DiskOperation.Write when Happens(plan.WriteErrorPpm) => DiskFault.InputOutputError,
            DiskOperation.Write when Happens(plan.ShortWritePpm) => DiskFault.ShortWrite,
            DiskOperation.Read when Happens(plan.ReadErrorPpm) => DiskFault.InputOutputError,
            _ => DiskFault.None,
        };
    }

    /// <summary>For a while no file can grow, but by a few bytes: the first write that does stores a part.</summary>
    private void UpdateFullDisk()
    {
        if (_fullUntil == 0 && Happens(plan.DiskFullPpm))
        {
            _fullUntil = Operations + FullForOperations;
            Disk.CapacityBytes = Disk.UsedBytes() + random.Between(0, 70_000);
            Count("disk full");
            trace($"disk: full at {Disk.CapacityBytes} bytes");
        }
        else if (_fullUntil != 0 && Operations > _fullUntil)
        {
            FreeSpace();
        }
    }

    /// <summary>There is room again.</summary>
    public void FreeSpace()
    {
        _fullUntil = 0;
        Disk.CapacityBytes = long.MaxValue;
    }

    private bool Happens(int ppm) => ppm > 0 && random.Below(1_000_000) < ppm;
}
