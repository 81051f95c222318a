using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Executes journaled commands again, compares each record, byte for byte, with the journaled one, and hands it to the consumers: the one way by
/// which a recovery and a snapshotter come to a state. One thread.
/// </summary>
internal sealed class Replayer<TRisk, TLedger>(MatchingEngine<TRisk, TLedger> engine, IReadOnlyList<IRecordConsumer> consumers)
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    private byte[] _scratch = new byte[engine.MaxRecordLength];

    /// <summary>Replays the group that the reader's last <see cref="JournalReader.TryReadGroup"/> returned.</summary>
    /// <exception cref="ReplayMismatchException">A command gives another result now than it did then, fails, or cannot be read.</exception>
    public void Replay(JournalReader reader, ReadOnlySpan<byte> records)
    {
        foreach (var consumer in consumers)
        {
            consumer.BeginBatch();
        }

        var place = reader.RecordsOffset;
        while (!records.IsEmpty)
        {
            var record = new Record(records);
            if (_scratch.Length < engine.MaxRecordLength)
            {
                _scratch = new byte[engine.MaxRecordLength];
            }

            if (Execute(in record, _scratch, out var failure) is { } reason)
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
    }

    /// <summary>Returns what keeps the record from being executed again to the same bytes, or null.</summary>
    private string? Execute(in Record record, Span<byte> scratch, out Exception? failure)
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
