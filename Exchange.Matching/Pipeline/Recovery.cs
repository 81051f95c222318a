using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Brings an engine and the views to the end of a journal: executes every journaled command again and compares its record, byte for byte,
/// with the journaled one. A clean start is a recovery of length zero. Reads only; refuses the start rather than go on from a doubtful state.
/// One thread, before any other of the pipeline exists.
/// </summary>
internal static class Recovery
{
    /// <summary>Replays the whole journal.</summary>
    /// <param name="progress">Told the last sequence after each group; for a person who waits.</param>
    /// <returns>Where the journal ends; a torn last group is not cut yet.</returns>
    /// <exception cref="JournalDamagedException">The journal does not verify.</exception>
    /// <exception cref="ReplayMismatchException">A command gives another result now than it did then, fails, or cannot be read.</exception>
    public static JournalEnd Run<TRisk, TLedger>(
        IStorage storage,
        string journalFolder,
        MatchingEngine<TRisk, TLedger> engine,
        IReadOnlyList<IRecordConsumer> consumers,
        Action<long>? progress)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        var scratch = new byte[engine.MaxRecordLength];
        using var reader = new JournalReader(storage, fromSequence: 1, journalFolder);
        while (reader.TryReadGroup(out var records))
        {
            foreach (var consumer in consumers)
            {
                consumer.BeginBatch();
            }

            var place = reader.RecordsOffset;
            while (!records.IsEmpty)
            {
                var record = new Record(records);
                if (scratch.Length < engine.MaxRecordLength)
                {
                    scratch = new byte[engine.MaxRecordLength];
                }

                if (Replay(engine, in record, scratch, out var failure) is { } reason)
                {
                    throw new ReplayMismatchException(reader.GroupFile, place, record.Sequence, reason, failure);
                }

                var shown = consumers;
                Planted.Let(PlantedBug.ViewsNotRecovered, ref shown, []);
                Planted.Let(PlantedBug.ReplayAppliedTwice, ref shown, [.. consumers, .. consumers]);
                foreach (var consumer in shown)
                {
                    consumer.Apply(in record, CommandSlot.NoReply);
                }

                place += record.Header.Length;
                records = records[record.Header.Length..];
            }

            foreach (var consumer in consumers)
            {
                consumer.EndBatch();
            }

            progress?.Invoke(reader.Group.LastSequence);
        }

        return reader.End;
    }

    /// <summary>Returns what keeps the record from being executed again to the same bytes, or null.</summary>
    private static string? Replay<TRisk, TLedger>(
        MatchingEngine<TRisk, TLedger> engine, in Record record, Span<byte> scratch, out Exception? failure)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        failure = null;
        var header = record.Header;
        CommandSlot command = default;
        command.Type = header.CommandType;
        if (!Enum.IsDefined(header.CommandType))
        {
            return $"command type {(byte)header.CommandType} is unknown: the journal was written by a newer build";
        }

        if (header.CommandType.IsTrading() && !TradingCommandCodec.TryRead(header.CommandType, record.Body, ref command))
        {
            return $"the body of this {header.CommandType} cannot be read";
        }

        int length;
        try
        {
            length = header.CommandType switch
            {
                CommandType.ContinueWork => engine.ExecutePending(header.Sequence, header.TimeUs, scratch),
                CommandType.AbandonWork => engine.AbandonPending(header.Sequence, header.TimeUs, scratch),
                _ => engine.Execute(ref command, record.Body, header.Sequence, header.TimeUs, scratch),
            };
        }
        catch (Exception error) when (error is PoisonedCommandException or Types.InvariantBrokenException)
        {
            failure = error;
            return $"{header.CommandType} failed in replay: {error.Message}";
        }

        return record.Bytes.SequenceEqual(scratch[..length]) ? null : Difference(in record, scratch[..length]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Difference(in Record record, ReadOnlySpan<byte> executed)
    {
        if (record.CommandType == CommandType.Genesis && GenesisCommand.Read(record.Body) is { LogicVersion: > GenesisCommand.CurrentLogicVersion } genesis)
        {
            return $"logic version {genesis.LogicVersion} is unknown, this build executes up to {GenesisCommand.CurrentLogicVersion}: the journal was written by a newer build";
        }

        var events = record.Events;
        try
        {
            while (events.MoveNext())
            {
                // Only the types are of interest: an unknown one cannot be walked over.
            }
        }
        catch (InvalidDataException unreadable)
        {
            return $"{unreadable.Message}: the journal was written by a newer build";
        }

        return $"{record.CommandType} gives another result now: {record.Bytes.Length} bytes journaled, {executed.Length} executed, "
            + $"first difference at byte {record.Bytes.CommonPrefixLength(executed)} of the record";
    }
}

/// <summary>The journal and the engine disagree: the start is refused, and nothing was changed.</summary>
public sealed class ReplayMismatchException(string file, long offset, long sequence, string reason, Exception? cause = null)
    : Exception(
        $"recovery stopped at sequence {sequence}, '{file}' offset {offset}: {reason}. Start the build that wrote this journal, or restore the data directory; nothing was changed",
        cause)
{
    /// <summary>The segment, relative to the data directory.</summary>
    public string File { get; } = file;

    /// <summary>Where the record begins in it, bytes.</summary>
    public long Offset { get; } = offset;

    public long Sequence { get; } = sequence;
}
