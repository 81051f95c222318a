using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

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

            while (!records.IsEmpty)
            {
                var record = new Record(records);
                if (scratch.Length < engine.MaxRecordLength)
                {
                    scratch = new byte[engine.MaxRecordLength];
                }

                Replay(engine, in record, scratch);
                foreach (var consumer in consumers)
                {
                    consumer.Apply(in record, CommandSlot.NoReply);
                }

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

    private static void Replay<TRisk, TLedger>(MatchingEngine<TRisk, TLedger> engine, in Record record, Span<byte> scratch)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        var header = record.Header;
        CommandSlot command = default;
        command.Type = header.CommandType;
        if (!Enum.IsDefined(header.CommandType))
        {
            throw new ReplayMismatchException(header.Sequence, $"command type {(byte)header.CommandType} is unknown: the journal was written by a newer build");
        }

        if (header.CommandType.IsTrading() && !TradingCommandCodec.TryRead(header.CommandType, record.Body, ref command))
        {
            throw new ReplayMismatchException(header.Sequence, $"the body of this {header.CommandType} cannot be read");
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
        catch (Exception failure) when (failure is PoisonedCommandException or Types.InvariantBrokenException)
        {
            throw new ReplayMismatchException(header.Sequence, $"{header.CommandType} failed in replay: {failure.Message}", failure);
        }

        if (!record.Bytes.SequenceEqual(scratch[..length]))
        {
            var at = record.Bytes.CommonPrefixLength(scratch[..length]);
            throw new ReplayMismatchException(
                header.Sequence,
                $"{header.CommandType} gives another result now: {record.Bytes.Length} bytes journaled, {length} executed, first difference at byte {at} of the record");
        }
    }
}

/// <summary>The journal and the engine disagree: the start is refused, and nothing was changed.</summary>
public sealed class ReplayMismatchException(long sequence, string reason, Exception? cause = null)
    : Exception($"recovery stopped at sequence {sequence}: {reason}. Start the build that wrote this journal, or restore the data directory; nothing was changed", cause)
{
    public long Sequence { get; } = sequence;
}
