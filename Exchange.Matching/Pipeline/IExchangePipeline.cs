using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Pipeline;

/// <summary>The pipeline as its owner sees it: recover, start, stop. The owner calls these one after another, once each.</summary>
public interface IExchangePipeline : IJournalTime, IAsyncDisposable
{
    /// <summary>The way in for commands; takes them between start and stop.</summary>
    ICommandGateway Gateway { get; }

    /// <summary>Completes when all threads have ended; faults with the first failure. The process must end then.</summary>
    Task Ended { get; }

    /// <summary>Whether commands are taken now. Any thread.</summary>
    bool IsAdmitting { get; }

    /// <summary>Last sequence that the engine has executed and handed to the journal. Any thread.</summary>
    long ExecutedSequence { get; }

    /// <summary>Last sequence known durable. Any thread.</summary>
    long DurableSequence { get; }

    /// <summary>Last sequence that views and callers have seen. Any thread.</summary>
    long PublishedSequence { get; }

    /// <summary>Ring slots in use. Any thread.</summary>
    int CommandsInRing { get; }

    /// <summary>What the disk has room for: beyond <see cref="JournalRoom.Normal"/> commands are refused. Any thread.</summary>
    JournalRoom Room { get; }

    /// <summary>How snapshots and segments stand. Any thread.</summary>
    HousekeepingStatus Housekeeping { get; }

    /// <summary>Sandbox or venue; null before recovery of an empty directory.</summary>
    ExchangeMode? Mode { get; }

    /// <summary>Loads the newest snapshot, replays the journal behind it into engine and views, cuts a torn tail, opens the journal's end.</summary>
    /// <param name="progress">Told the last replayed sequence now and then.</param>
    /// <exception cref="JournalDamagedException">The journal does not verify; nothing was changed.</exception>
    /// <exception cref="SnapshotDamagedException">A snapshot verifies, but this build cannot go on from it; nothing was changed.</exception>
    /// <exception cref="ReplayMismatchException">A command gives another result now; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Rings or groups are too small for the work limit of this journal; nothing was changed.</exception>
    JournalEnd Recover(Action<long>? progress);

    /// <summary>Starts the threads; returns when genesis (of a new journal) and quarantines are durable.</summary>
    /// <exception cref="ArgumentException">A number of <paramref name="genesis"/> is out of range, or too large for the rings; nothing was started.</exception>
    Task StartAsync(GenesisCommand genesis);

    /// <summary>Stops taking commands, finishes and answers those it has, ends the threads, closes the journal.</summary>
    Task StopAsync();
}

/// <summary>What the pipeline has to say. Any thread may call; none of it may throw.</summary>
/// <param name="Information">One line for the log.</param>
/// <param name="InternalError">A command was refused because it raised an exception before it changed anything: its sequence, the exception.</param>
/// <param name="Failure">A thread failed: its name, the exception. The pipeline ends.</param>
public sealed record PipelineLog(Action<string> Information, Action<long, Exception> InternalError, Action<string, Exception> Failure)
{
    /// <summary>A group of the journal is durable: how long its write and sync took, microseconds. The journal thread; null for nobody.</summary>
    public Action<long>? GroupSynced { get; init; }
}
