using System.Buffers;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Reference;

namespace Exchange.Tests.Simulation;

/// <summary>
/// The truth of one simulation: every record that anybody has seen, in order, each command executed a second time by the plain reference exchange.
/// It holds acknowledged ⊆ recovered ⊆ submitted, that nothing seen is ever another thing later (A4), and that every outcome is the reference's.
/// </summary>
internal sealed class SimulationHistory(GenesisCommand genesis, Action<GeneratedCommand, IReadOnlyList<ExchangeEvent>> onOutcome)
{
    private readonly List<(byte[] Bytes, SimulatedCommand? Command)> _records = [];
    private readonly Queue<SimulatedCommand> _awaited = new();
    private readonly ArrayBufferWriter<byte> _outcome = new(4_096);
    private readonly Dictionary<string, long> _acceptedById = new(StringComparer.Ordinal);
    private SimulatedCommand? _current;

    /// <summary>State behind the last whole command.</summary>
    public ReferenceExchange Reference { get; private set; } = new(genesis);

    /// <summary>Last sequence seen.</summary>
    public long LastSequence => _records.Count;

    /// <summary>The last record seen says that its command goes on.</summary>
    public bool IsInsideCommand { get; private set; }

    /// <summary>Account that the latest quarantine restricted; 0 before the first of the pipeline's own.</summary>
    public int LastQuarantined { get; private set; }

    /// <summary>Commands whose rest was given up: the reference does not know such an end.</summary>
    public bool HasAbandoned { get; private set; }

    public ReadOnlySpan<byte> Record(long sequence) => _records[(int)sequence - 1].Bytes;

    /// <summary>All records seen, oldest first.</summary>
    public List<byte[]> AllRecords() => [.. _records.Select(record => record.Bytes)];

    /// <summary>A gateway has taken the command: its record may come, in this order.</summary>
    public void OnSubmitted(SimulatedCommand command) => _awaited.Enqueue(command);

    /// <summary>A view was shown this record, live.</summary>
    public void OnPublished(in Record record) => Take(record.Bytes.ToArray());

    /// <summary>Holds that what the disk has now is what was seen, and perhaps more.</summary>
    /// <param name="mayBeShorter">The disk has lied: what it promised may be gone, but only from the end.</param>
    public void RequireKept(JournalContent found, bool mayBeShorter)
    {
        for (var sequence = found.First; sequence <= Math.Min(found.Last, _records.Count); sequence++)
        {
            Require(
                found.Record(sequence).AsSpan().SequenceEqual(_records[(int)sequence - 1].Bytes),
                $"sequence {sequence} was shown to a view and is another one after recovery");
        }

        Require(found.First <= _records.Count + 1, $"the journal begins with sequence {found.First}, nobody has seen {_records.Count + 1}");
        Require(
            mayBeShorter || found.Last >= _records.Count, $"sequence {found.Last + 1} to {_records.Count} were shown to views and are gone after recovery");
    }

    /// <summary>
    /// A start has gone on from these records: from here on they are seen. Returns the commands of the last life that are not among them: whoever
    /// sent them may send them again.
    /// </summary>
    /// <param name="mayBeShorter">As in <see cref="RequireKept"/>.</param>
    public List<SimulatedCommand> OnRecovered(JournalContent found, bool mayBeShorter)
    {
        RequireKept(found, mayBeShorter);
        if (found.Last < _records.Count)
        {
            CutTo((int)found.Last);
        }

        while (_records.Count < found.Last)
        {
            Take(found.Record(_records.Count + 1));
        }

        var lost = _awaited.ToList();
        _awaited.Clear();
        if (!mayBeShorter && lost.Find(command => command.IsAcknowledged) is { } acknowledged)
        {
            throw new SimulationFailure($"an acknowledged command is gone after recovery: {acknowledged}");
        }

        return lost;
    }

    private void Take(byte[] bytes)
    {
        var record = new Record(bytes);
        Require(record.Sequence == _records.Count + 1, $"sequence {record.Sequence} shown where {_records.Count + 1} follows");
        Require(_records.Count == 0 || record.TimeUs >= new Record(_records[^1].Bytes).TimeUs, $"journal time falls at sequence {record.Sequence}");
        var command = IsOwn(in record) ? IsInsideCommand ? _current : null : _awaited.Dequeue();
        if (command is not null && record.CommandType != CommandType.ContinueWork && record.CommandType != CommandType.AbandonWork)
        {
            command.Sequence = record.Sequence;
        }

        _records.Add((bytes, command));
        Execute(in record, command, isNew: true);
    }

    /// <summary>Whether the engine or the pipeline made this command; everything else must be the next that a client handed over.</summary>
    private bool IsOwn(in Record record)
    {
        if (record.CommandType is CommandType.Genesis)
        {
            Require(record.Sequence == 1, "genesis is the first command");
            return true;
        }

        if (record.CommandType.IsContinuation())
        {
            Require(IsInsideCommand, $"sequence {record.Sequence} continues a command that is complete");
            return true;
        }

        Require(!IsInsideCommand, $"sequence {record.Sequence} begins a command inside another one");
        var isNext = _awaited.TryPeek(out var next) && next.Type == record.CommandType && record.Body.SequenceEqual(next.Body);
        Require(isNext || record.CommandType == CommandType.Quarantine, $"sequence {record.Sequence}, {record.CommandType}, is not what was submitted next: {next}");
        return !isNext;
    }

    private void Execute(in Record record, SimulatedCommand? command, bool isNew)
    {
        if (!record.CommandType.IsContinuation())
        {
            _outcome.ResetWrittenCount();
            _current = command;
        }

        HasAbandoned |= record.CommandType == CommandType.AbandonWork;
        _outcome.Write(record.Bytes);
        IsInsideCommand = (record.Header.Flags & RecordFlags.Continues) != 0;
        if (IsInsideCommand || record.CommandType == CommandType.Genesis)
        {
            return;
        }

        var actual = OutcomeReader.Read(_outcome.WrittenSpan, out var updateCount);
        if (_current is not null)
        {
            _current.Reject = actual is [Rejected rejected, ..] ? rejected.Reason : RejectReason.None;
        }

        var expected = ExecuteInReference(in record, updateCount);
        Require(
            expected.SequenceEqual(actual),
            $"sequence {record.Sequence}, {_current}: the reference says\n  {string.Join("\n  ", expected)}\nthe engine\n  {string.Join("\n  ", actual)}");
        if (_current is not null && isNew)
        {
            RequireOnce(_current);
            onOutcome(_current.Command, actual);
        }
    }

    private IReadOnlyList<ExchangeEvent> ExecuteInReference(in Record record, int updateCount)
    {
        if (_current is null)
        {
            // Only a start makes these by itself, and none of them is ever split.
            QuarantineCommand.TryRead(record.Body, out var quarantine);
            LastQuarantined = quarantine.AccountId;
            return Reference.SetQuarantine(quarantine, cancelOnly: true, record.TimeUs);
        }

        if (updateCount > 1)
        {
            Reference.SkipUpdateIds(_current.Slot.SymbolId, updateCount - 1);
        }

        var started = new Record(_records[(int)_current.Sequence - 1].Bytes);
        Require(started.TimeUs == record.TimeUs, $"sequence {record.Sequence} goes on with a command at another time than the command's own");
        return (_current.Command with { TimeUs = started.TimeUs }).ApplyTo(Reference);
    }

    private void RequireOnce(SimulatedCommand command)
    {
        Require(
            command is not { IsDuplicate: true, IsAccepted: true }, $"an order sent again while the first one was open was taken again: {command}");
        if (command is { IsUnique: true, IsAccepted: true })
        {
            var id = command.Slot.ClientOrderId.ToString();
            Require(!_acceptedById.TryGetValue(id, out var earlier), $"the order '{id}' was executed twice, as sequence {earlier} and {command.Sequence}");
            _acceptedById.Add(id, command.Sequence);
        }
    }

    /// <summary>Forgets what a lying disk has lost: the truth ends with this sequence.</summary>
    public void CutTo(int count)
    {
        var kept = _records.Take(count).ToList();
        foreach (var (_, command) in _records.Skip(count))
        {
            if (command is not null && command.Sequence > count)
            {
                command.Sequence = 0;
            }
        }

        _records.Clear();
        _acceptedById.Clear();
        _current = null;
        IsInsideCommand = false;
        HasAbandoned = false;
        Reference = new ReferenceExchange(genesis);
        foreach (var (bytes, command) in kept)
        {
            _records.Add((bytes, command));
            Execute(new Record(bytes), command, isNew: false);
            if (command is { IsUnique: true, IsAccepted: true } && !IsInsideCommand)
            {
                _acceptedById.TryAdd(command.Slot.ClientOrderId.ToString(), command.Sequence);
            }
        }
    }

    public static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new SimulationFailure(what);
        }
    }
}

/// <summary>The records of a journal whose first segments may have been deleted.</summary>
internal sealed record JournalContent(long First, List<byte[]> Records)
{
    /// <summary>0 when there are none at all.</summary>
    public long Last => First + Records.Count - 1;

    public byte[] Record(long sequence) => Records[(int)(sequence - First)];

    public static JournalContent Read(IStorage storage)
    {
        var segments = SegmentList.Read(storage, "journal");
        var first = segments.Count == 0 ? 1 : segments[0].Header.FirstSequence;
        return new JournalContent(first, JournalFixture.ReadAll(storage, first).Records);
    }
}

/// <summary>The exchange broke a promise; the message says which.</summary>
internal sealed class SimulationFailure(string what) : Exception(what);
