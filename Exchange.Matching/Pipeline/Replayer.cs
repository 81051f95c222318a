using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Executes journaled commands again, compares each record, byte for byte, with the journaled one, and hands it to the views: the one way by
/// which a recovery and a snapshotter come to a state. One thread.
/// </summary>
internal sealed class Replayer<TRisk, TLedger>(MatchingEngine<TRisk, TLedger> engine, ViewFeeder views)
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    private const int LookAheadLength = MatchingEngine<TRisk, TLedger>.LookAheadLength;

    /// <summary>Room for commands that have been read and not executed: a power of two, as the look ahead is, and at least that and a group.</summary>
    private const int AheadCount = 2 * MatchingEngine<TRisk, TLedger>.LookAheadDistance;

    private readonly CommandSlot[] _commands = new CommandSlot[AheadCount];
    private readonly bool[] _isRead = new bool[AheadCount];
    private byte[] _scratch = new byte[engine.MaxRecordLength];

    /// <summary>Replays the group that the reader's last <see cref="JournalReader.TryReadGroup"/> returned.</summary>
    /// <exception cref="ReplayMismatchException">A command gives another result now than it did then, fails, or cannot be read.</exception>
    public void Replay(JournalReader reader, ReadOnlySpan<byte> records)
    {
        var place = reader.RecordsOffset;
        var unread = records;
        var (read, executed) = (0, 0);
        while (!records.IsEmpty)
        {
            if (executed % LookAheadLength == 0)
            {
                ReadAhead(ref unread, ref read, executed);
            }

            var record = new Record(records);
            if (Execute(in record, executed++ & (AheadCount - 1), out var failure) is { } reason)
            {
                throw new ReplayMismatchException(reader.GroupFile, place, record.Sequence, reason, failure);
            }

            views.Add(in record);
            place += record.Header.Length;
            records = records[record.Header.Length..];
        }
    }

    /// <summary>Reads the commands of the records to come, and tells the engine, as its loop does, which ones it may expect.</summary>
    private void ReadAhead(ref ReadOnlySpan<byte> unread, ref int read, int executed)
    {
        var looksAhead = engine.WantsLookAhead;
        if (executed == 0)
        {
            engine.ForgetExpected();
        }

        do
        {
            for (var left = LookAheadLength; left > 0 && !unread.IsEmpty; left--)
            {
                var record = new Record(unread);
                ref var command = ref _commands[read & (AheadCount - 1)];
                _isRead[read++ & (AheadCount - 1)] = !record.CommandType.IsTrading() || TradingCommandCodec.TryRead(record.CommandType, record.Body, ref command);
                command.Type = record.CommandType;
                unread = unread[record.Header.Length..];
                if (looksAhead)
                {
                    engine.Expect(in command);
                }
            }

            if (looksAhead)
            {
                engine.AdvanceLookAhead();
            }
        }
        while (!unread.IsEmpty && read < executed + MatchingEngine<TRisk, TLedger>.LookAheadDistance);
    }

    /// <summary>Returns what keeps the record from being executed again to the same bytes, or null.</summary>
    private string? Execute(in Record record, int index, out Exception? failure)
    {
        failure = null;
        ref var command = ref _commands[index];
        if (_scratch.Length < engine.MaxRecordLength)
        {
            _scratch = new byte[engine.MaxRecordLength];
        }

        if (!_isRead[index])
        {
            return $"the body of this {record.CommandType} cannot be read";
        }

        int length;
        try
        {
            length = command.Type switch
            {
                CommandType.ContinueWork => engine.ExecutePending(record.Sequence, record.TimeUs, _scratch),
                CommandType.AbandonWork => engine.AbandonPending(record.Sequence, record.TimeUs, _scratch),
                _ when command.Type.IsTrading() || Enum.IsDefined(command.Type) =>
                    engine.Execute(ref command, record.Body, record.Sequence, record.TimeUs, _scratch),
                _ => 0,
            };
        }
        catch (Exception error) when (error is PoisonedCommandException or Types.InvariantBrokenException)
        {
            failure = error;
            return $"{record.CommandType} failed in replay: {error.Message}";
        }

        return record.Bytes.SequenceEqual(_scratch.AsSpan(0, length)) ? null : Difference(in record, _scratch.AsSpan(0, length));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Difference(in Record record, ReadOnlySpan<byte> executed)
    {
        if (!Enum.IsDefined(record.CommandType))
        {
            return $"command type {(byte)record.CommandType} is unknown: the journal was written by a newer build";
        }

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
