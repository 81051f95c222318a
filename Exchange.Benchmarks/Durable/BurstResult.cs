namespace Exchange.Benchmarks.Durable;

/// <summary>One burst through the whole pipeline. Rates are of the measured window, whose ends lie inside the load.</summary>
internal sealed record BurstResult
{
    public required string SyncMethod { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Commands per second put into the command ring.</summary>
    public required double AdmittedPerSecond { get; init; }

    /// <summary>Commands per second executed by the engine.</summary>
    public required double ExecutedPerSecond { get; init; }

    /// <summary>Commands per second whose record became durable.</summary>
    public required double JournaledPerSecond { get; init; }

    /// <summary>Commands per second that all views showed.</summary>
    public required double PublishedPerSecond { get; init; }

    /// <summary>Journal bytes written per command, group headers and padding included.</summary>
    public required double JournalBytesPerCommand { get; init; }

    /// <summary>Journal bytes written per second, in units of 10^6.</summary>
    public required double JournalMegabytesPerSecond { get; init; }

    public required int Groups { get; init; }

    public required double CommandsPerGroup { get; init; }

    public required IReadOnlyList<GroupSizeShare> GroupSizes { get; init; }

    /// <summary>Write and sync of a group.</summary>
    public required LatencySummary GroupLatency { get; init; }

    /// <summary>Share of the window that the journal thread spent in write and sync, 0 to 1.</summary>
    public required double JournalInSyncShare { get; init; }

    /// <summary>Processor nanoseconds per command, by thread.</summary>
    public required IReadOnlyDictionary<string, double> CpuNsPerCommand { get; init; }

    /// <summary>Share of the window that each thread ran on a processor, 0 to 1.</summary>
    public required IReadOnlyDictionary<string, double> RunningShare { get; init; }

    /// <summary>Share of the window that each thread could have run but waited for a processor, 0 to 1.</summary>
    public required IReadOnlyDictionary<string, double> WaitingShare { get; init; }

    /// <summary>Managed bytes per command allocated by each pipeline thread.</summary>
    public required IReadOnlyDictionary<string, double> AllocatedBytesPerCommand { get; init; }

    public required int RingFullCount { get; init; }

    /// <summary>Processors, on average, that other processes kept busy meanwhile: they slow every figure above.</summary>
    public required double ProcessorsUsedByOthers { get; init; }

    public required int CompleteLaps { get; init; }

    /// <summary>Read back from the beginning of the journal.</summary>
    public required RecordSizes Records { get; init; }

    /// <summary>Engine and each view alone, over the beginning of the same journal.</summary>
    public required IReadOnlyList<StageCost> StageCosts { get; init; }

    /// <summary>What was not as expected; empty when all was.</summary>
    public required IReadOnlyList<string> Mismatches { get; init; }
}

/// <param name="UpToBytes">The groups counted have at most so many bytes, and more than the row before.</param>
/// <param name="ShareOfGroups">0 to 1.</param>
/// <param name="ShareOfBytes">0 to 1.</param>
internal sealed record GroupSizeShare(int UpToBytes, double ShareOfGroups, double ShareOfBytes);

/// <param name="Examined">Records looked at.</param>
/// <param name="LimitOrderMinBytes">A limit order that rests whole, with a client id of 22 characters.</param>
/// <param name="TradeEventBytes">One trade.</param>
/// <param name="MeanBytesByType">By command type.</param>
internal sealed record RecordSizes(
    long Examined, int LimitOrderMinBytes, int LimitOrderMaxBytes, int TradeEventBytes, IReadOnlyDictionary<string, double> MeanBytesByType);
