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
    /// <summary>Records whose commands are read and looked at together before they are executed.</summary>
    private const int LookAheadCount = MatchingEngine<TRisk, TLedger>.LookAheadLength;

    private readonly CommandSlot[] _commands = GC.AllocateArray<CommandSlot>(LookAheadCount, pinned: true);
    private readonly bool[] _isRead = new bool[LookAheadCount];
    private byte[] _scratch = new byte[engine.MaxRecordLength];

    /// <summary>Replays the group that the reader's last <see cref="JournalReader.TryReadGroup"/> returned.</summary>
    /// <exception cref="ReplayMismatchException">A command gives another result now than it did then, fails, or cannot be read.</exception>
    public void Replay(JournalReader reader, ReadOnlySpan<byte> records)
    {
        var place = reader.RecordsOffset;
        while (!records.IsEmpty)
        {
            var count = ReadCommands(records);
            if (engine.WantsLookAhead)
            {
                LookAhead(_commands.AsSpan(0, count));
            }

            for (var i = 0; i < count; i++)
            {
                var record = new Record(records);
                if (Execute(in record, i, out var failure) is { } reason)
                {
                    throw new ReplayMismatchException(reader.GroupFile, place, record.Sequence, reason, failure);
                }

                views.Add(in record);
                place += record.Header.Length;
                records = records[record.Header.Length..];
            }
        }
    }

    /// <summary>Reads the commands of the next records; returns how many.</summary>
    private int ReadCommands(ReadOnlySpan<byte> records)
    {
        var count = 0;
        for (; count < LookAheadCount && !records.IsEmpty; count++)
        {
            var record = new Record(records);
            ref var command = ref _commands[count];
            _isRead[count] = !record.CommandType.IsTrading() || TradingCommandCodec.TryRead(record.CommandType, record.Body, ref command);
            command.Type = record.CommandType;
            records = records[record.Header.Length..];
        }

        return count;
    }

    /// <summary>Fetches into the cache what the commands will touch, as the engine's loop does.</summary>
    private unsafe void LookAhead(Span<CommandSlot> commands)
    {
        // Safety: the array of commands is pinned.
        Span<nint> ahead = stackalloc nint[LookAheadCount];
        for (var i = 0; i < commands.Length; i++)
        {
            ahead[i] = (nint)Unsafe.AsPointer(ref commands[i]);
        }

        engine.LookAhead(ahead[..commands.Length]);
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
