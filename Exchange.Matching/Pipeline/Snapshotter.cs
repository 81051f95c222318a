using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Takes a snapshot without the engine noticing: a second exchange loads the newest snapshot, replays closed segments behind it, comparing as a
/// recovery does, and saves itself; a third one loads what was written and must come to the same hash and the same bytes. Only then the file
/// gets its name. Both are let go afterwards. One thread, which runs at its leisure.
/// </summary>
/// <param name="newParts">Makes an empty exchange of the pipeline's kind.</param>
internal sealed class Snapshotter<TRisk, TLedger>(
    IStorage storage, PipelineOptions options, SnapshotStore store, Func<ExchangeParts<TRisk, TLedger>> newParts, IClock clock, Action<string> log)
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    private readonly SnapshotProbe<TRisk, TLedger> _probe = new(newParts, options.Journal.BuildId);

    /// <summary>
    /// Takes the snapshot behind <paramref name="sequence"/>, the last one of a closed segment.
    /// </summary>
    /// <param name="stop">Ends it early, with nothing left behind that anybody looks at.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="ReplayMismatchException">The second engine comes to another result than the first did.</exception>
    /// <exception cref="JournalDamagedException">A closed segment does not verify.</exception>
    /// <exception cref="SnapshotDamagedException">What was written reads back otherwise.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public SnapshotTaken Take(long sequence, CancellationToken stop)
    {
        try
        {
            var (header, written) = Write(sequence, stop);
            stop.ThrowIfCancellationRequested();
            Verify(header, written.ContentCrc);
            store.Publish(sequence);
            return written;
        }
        catch
        {
            // Why not left for the next one: after a full disk the space is needed.
            store.DeleteAside();
            throw;
        }
    }

    private (SnapshotHeader Header, SnapshotTaken Taken) Write(long sequence, CancellationToken stop)
    {
        using var parts = newParts();
        using var engine = new MatchingEngine<TRisk, TLedger>(parts.Risk, parts.Ledger);
        var (header, last, records, cpuUs) = Replay(sequence, engine, parts.Consumers, stop);
        var crc = new ContentChecksum();
        var startedUs = clock.MonotonicUs;
        var bytes = store.WriteAside(
            header,
            writer => SnapshotContent.Save(writer, engine, parts.Consumers),
            crc.Add,
            length => Pace(length, startedUs, stop));
        return (header, new SnapshotTaken(sequence, last, bytes, records, cpuUs, crc.Value));
    }

    private (SnapshotHeader Header, long BaseSequence, long Records, long CpuUs) Replay(
        long sequence, MatchingEngine<TRisk, TLedger> engine, IReadOnlyList<IRecordConsumer> consumers, CancellationToken stop)
    {
        var last = Recovery.Load(store, engine, consumers, _probe, log);
        using var reader = new JournalReader(storage, (last?.Sequence ?? 0) + 1, options.Journal.Folder);
        JournalPosition.GoTo(reader, last);
        using var views = new ViewFeeder(consumers, isInline: true);
        var replayer = new Replayer<TRisk, TLedger>(engine, views);
        long records = 0;
        var startedUs = ThreadTime.CpuUs;
        while (reader.NextSequence <= sequence && reader.TryReadGroup(out var group))
        {
            stop.ThrowIfCancellationRequested();
            replayer.Replay(reader, group);
            records += reader.Group.RecordCount;
        }

        views.Complete();
        if (reader.NextSequence != sequence + 1)
        {
            throw new JournalDamagedException(
                options.Journal.Folder, 0, $"no group ends with sequence {sequence}, behind which a segment was closed: the next begins with {reader.NextSequence}");
        }

        var header = new SnapshotHeader
        {
            LogicVersion = engine.LogicVersion,
            Sequence = sequence,
            Epoch = reader.Epoch,
            ChainHash = reader.ChainHash,
            TimeUs = reader.LastTimeUs,
            StateHash = engine.ComputeStateHash(),
            BuildId = options.Journal.BuildId,
        };
        return (header, last?.Sequence ?? 0, records, ThreadTime.CpuUs - startedUs);
    }

    /// <summary>Loads what was written into an empty exchange, and saves that one into nothing but a checksum.</summary>
    private void Verify(SnapshotHeader header, uint contentCrc)
    {
        using var parts = newParts();
        using var engine = new MatchingEngine<TRisk, TLedger>(parts.Risk, parts.Ledger);
        using (var file = store.OpenAside(header.Sequence))
        {
            Recovery.Fill(file, store.TemporaryName, engine, parts.Consumers);
        }

        var crc = new ContentChecksum();
        SnapshotContent.Save(new SnapshotWriter(crc.Add), engine, parts.Consumers);
        if (crc.Value != contentCrc)
        {
            throw new SnapshotDamagedException($"the snapshot behind {header.Sequence} was loaded, but saves itself to other bytes: a view loads something else than it saved");
        }
    }

    /// <summary>Waits until so many bytes may have been written.</summary>
    private void Pace(long bytes, long startedUs, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (options.Snapshot.WriteBytesPerSecond > 0)
        {
            var aheadUs = bytes * 1_000_000 / options.Snapshot.WriteBytesPerSecond - (clock.MonotonicUs - startedUs);
            if (aheadUs > 1_000)
            {
                stop.WaitHandle.WaitOne((int)(aheadUs / 1_000));
            }
        }
    }

    private sealed class ContentChecksum
    {
        public uint Value { get; private set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            var value = Value;
            Value = JournalChecksum.Crc32C([(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)], bytes);
        }
    }
}

/// <summary>A snapshot that was taken.</summary>
/// <param name="Sequence">The state is that behind this record.</param>
/// <param name="BaseSequence">It was made from the snapshot behind this sequence; 0: from the whole journal.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="ReplayedRecords">Records that were executed again for it.</param>
/// <param name="ReplayCpuUs">Processor time of that replay, microseconds.</param>
/// <param name="ContentCrc">Checksum of the content.</param>
internal readonly record struct SnapshotTaken(long Sequence, long BaseSequence, long Bytes, long ReplayedRecords, long ReplayCpuUs, uint ContentCrc);
