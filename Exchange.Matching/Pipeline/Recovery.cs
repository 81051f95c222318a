using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Brings an engine and the views to the end of a journal: loads the newest snapshot that verifies, then executes every command behind it again
/// and compares. A clean start is a recovery of length zero. Reads only; refuses the start rather than go on from a doubtful state.
/// Before any other thread of the pipeline exists; one thread, and one that feeds the views.
/// </summary>
internal static class Recovery
{
    /// <summary>Loads and replays.</summary>
    /// <param name="engine">Empty, as are <paramref name="consumers"/>; after an exception all of them must be thrown away.</param>
    /// <param name="probe">Passes over snapshots of other builds that this one cannot go on from; null: such a one refuses the start.</param>
    /// <param name="log">Receives one line for each snapshot that is passed over, naming file and offset.</param>
    /// <param name="progress">Told the last sequence after each group; for a person who waits: the views may be two batches behind it.</param>
    /// <param name="isOneThread">The views are fed on the calling thread, too: for a simulation, which has no other.</param>
    /// <exception cref="JournalDamagedException">The journal does not verify, ends before a snapshot, or begins too late for every one.</exception>
    /// <exception cref="SnapshotDamagedException">A snapshot verifies, but this build cannot go on from it, which the probe did not tell.</exception>
    /// <exception cref="ReplayMismatchException">A command gives another result now than it did then, fails, or cannot be read.</exception>
    public static Recovered Run<TRisk, TLedger>(
        IStorage storage,
        string journalFolder,
        MatchingEngine<TRisk, TLedger> engine,
        IReadOnlyList<IRecordConsumer> consumers,
        SnapshotProbe<TRisk, TLedger>? probe,
        Action<string> log,
        Action<long>? progress,
        bool isOneThread)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        var store = new SnapshotStore(storage);
        var snapshot = Load(store, engine, consumers, probe, log);
        using var reader = Open(storage, journalFolder, store, snapshot);
        using var views = new ViewFeeder(consumers, isOneThread);
        var replayer = new Replayer<TRisk, TLedger>(engine, views);
        JournalPosition.GoTo(reader, snapshot);
        long records = 0;
        while (reader.TryReadGroup(out var group))
        {
            replayer.Replay(reader, group);
            records += reader.Group.RecordCount;
            progress?.Invoke(reader.Group.LastSequence);
        }

        views.Complete();

        var end = reader.End;
        foreach (var sequence in store.List())
        {
            // Why by name, whether it verifies or not: a snapshot gets its name when its segment is closed, and the next one's header and name are durable.
            var isBeyond = sequence >= end.SegmentFirstSequence;
            Planted.Let(PlantedBug.SnapshotBeyondJournalTaken, ref isBeyond, false);
            if (isBeyond)
            {
                throw new JournalDamagedException(
                    store.NameOf(sequence), 0, $"this snapshot was taken behind {sequence}, when the segment from {sequence + 1} on was there already; "
                    + $"the journal ends with sequence {end.NextSequence - 1}: a part of it is missing");
            }
        }

        return new Recovered(end, snapshot?.Sequence ?? 0, records);
    }

    /// <summary>Fills engine and consumers from the newest snapshot that verifies and that this build can go on from; null when there is none.</summary>
    internal static SnapshotHeader? Load<TRisk, TLedger>(
        SnapshotStore store,
        MatchingEngine<TRisk, TLedger> engine,
        IReadOnlyList<IRecordConsumer> consumers,
        SnapshotProbe<TRisk, TLedger>? probe,
        Action<string> log)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        using var file = store.OpenNewest(
            (candidate, name) => probe?.Check(candidate, name),
            unusable => log($"snapshot passed over, an older one or the whole journal takes its place: {unusable.Message}"));
        if (file is null)
        {
            return null;
        }

        Fill(file, store.NameOf(file.Header.Sequence), engine, consumers);
        return file.Header;
    }

    /// <summary>Fills engine and consumers from a file that verifies, and compares the hash.</summary>
    /// <exception cref="SnapshotDamagedException">This build cannot go on from it.</exception>
    internal static void Fill<TRisk, TLedger>(
        SnapshotFileReader file, string name, MatchingEngine<TRisk, TLedger> engine, IReadOnlyList<IRecordConsumer> consumers)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        try
        {
            SnapshotContent.Load(new SnapshotReader(file.Read), engine, consumers);
            file.CheckComplete();
        }
        catch (SnapshotDamagedException unusable)
        {
            throw new SnapshotDamagedException(
                $"{name} verifies, but this build cannot go on from it: {unusable.Message}; build '{file.Header.BuildId}' wrote it, and can start from it");
        }

        var hash = engine.ComputeStateHash();
        if (hash != file.Header.StateHash)
        {
            throw new SnapshotDamagedException(
                $"{name} verifies, but the state loaded from it has the hash {hash:x16} instead of {file.Header.StateHash:x16}; build '{file.Header.BuildId}' wrote it, and can start from it");
        }
    }

    private static JournalReader Open(IStorage storage, string journalFolder, SnapshotStore store, SnapshotHeader? snapshot)
    {
        var segments = SegmentList.Read(storage, journalFolder);
        if (snapshot is null && segments.Count > 0 && segments[0].Header.FirstSequence > 1)
        {
            throw new JournalDamagedException(
                segments[0].Name, 24, $"the journal begins with sequence {segments[0].Header.FirstSequence}, and there is no snapshot to go on from"
                + (store.List().Count > 0 ? " that verifies and that this build can go on from" : ""));
        }

        return new JournalReader(storage, (snapshot?.Sequence ?? 0) + 1, journalFolder);
    }
}

/// <summary>What a recovery came to.</summary>
/// <param name="End">Where the journal ends; a torn last group is not cut yet.</param>
/// <param name="SnapshotSequence">The state was loaded behind this sequence; 0 when the whole journal was replayed.</param>
/// <param name="ReplayedRecords">Records executed again.</param>
internal readonly record struct Recovered(JournalEnd End, long SnapshotSequence, long ReplayedRecords);
