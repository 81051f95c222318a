using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Replication.Following;

/// <summary>
/// Brings one store after the journal, batch by batch, from the files alone: the order path knows nothing of it. One thread calls
/// <see cref="Step"/>; there is no state besides the store's own that a failure could leave wrong.
/// <code>
///            Open ok                    a batch stored
///  CLOSED ───────────► OPEN ──────────────────────────► OPEN
///    ▲                  │ any failure: Close, so that the next step reads the position from the store
///    └──────────────────┘
/// </code>
/// 1. Nothing behind the replicable sequence is applied: a store never holds what the surviving history lacks.
/// 2. A batch ends with a command's last record, so that a restart has nothing of a command to remember.
/// 3. The position comes from the store and goes there with the data; nobody else keeps it.
/// 4. A position behind the journal's end, or behind a record that the journal has otherwise, ends it: <see cref="RebuildNeededException"/>.
/// </summary>
/// <param name="replicableSequence">How far a store may follow; any thread, without blocking.</param>
/// <param name="batchCount">What a batch may hold before it is committed; it goes on to the end of its group and command.</param>
internal sealed class JournalFollower(
    IReplicator replicator, IStorage storage, Func<long> replicableSequence, int batchCount, string journalFolder = "journal") : IDisposable
{
    private JournalReader? _reader;
    private bool _isOpen;
    private JournalPosition _position;
    private JournalPosition _applied;
    private bool _isWithinCommand;
    private long _batches;
    private long _units;

    /// <summary>The store's position; meaningful once <see cref="IsOpen"/> was true.</summary>
    public JournalPosition Position => _position;

    public bool IsOpen => _isOpen;

    /// <summary>Batches that were committed, and what they held in the store's units, since this was made. Any thread.</summary>
    public long Batches => Volatile.Read(ref _batches);

    public long Units => Volatile.Read(ref _units);

    /// <summary>Opens the store where that is due, then applies and commits one batch at most.</summary>
    /// <returns>Whether more was replicable than one batch took: the next step need not wait.</returns>
    /// <exception cref="RebuildNeededException">The store cannot be continued.</exception>
    public bool Step()
    {
        try
        {
            OpenIfClosed();
            return ApplyBatch(replicableSequence());
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Opens the store where that is due and applies nothing yet: its position is known then.</summary>
    /// <exception cref="RebuildNeededException">The store cannot be continued.</exception>
    public void Open()
    {
        try
        {
            OpenIfClosed();
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Drops what is not committed; the next step opens the store again.</summary>
    public void Close()
    {
        _isOpen = false;
        _reader?.Dispose();
        _reader = null;
        _isWithinCommand = false;
        replicator.Close();
    }

    public void Dispose() => Close();

    private void OpenIfClosed()
    {
        if (_isOpen)
        {
            return;
        }

        _position = replicator.Open();
        var end = replicableSequence();
        if (_position.Sequence > end)
        {
            throw new RebuildNeededException(
                $"its position {_position.Sequence} lies behind the journal's end {end}: the journal was restored to an earlier state, or lost its tail");
        }

        _applied = _position;
        _isOpen = true;
    }

    private bool ApplyBatch(long end)
    {
        if (_applied.Sequence >= end)
        {
            return false;
        }

        _reader ??= OpenReader();
        while (_reader.TryFollow(end, out var records))
        {
            while (!records.IsEmpty)
            {
                var record = new Record(records);
                Apply(record);
                records = records[record.Header.Length..];
            }

            if (!_isWithinCommand && replicator.PendingCount >= Math.Min(batchCount, replicator.PendingMax))
            {
                Commit();
                return true;
            }
        }

        if (!_isWithinCommand)
        {
            Commit();
        }

        return false;
    }

    private JournalReader OpenReader()
    {
        var next = _applied.Sequence + 1;
        return JournalReader.FirstSequence(storage, journalFolder) is { } first && first > next
            ? throw new RebuildNeededException($"sequence {next} follows in it, but the journal begins with {first}: what lies before is in the archive, if anywhere")
            : new JournalReader(storage, next, journalFolder);
    }

    private void Apply(in Record record)
    {
        if (record.Sequence < _position.Sequence)
        {
            return;
        }

        if (record.Sequence == _position.Sequence)
        {
            if (JournalPosition.Behind(_reader!.Group.Epoch, record) != _position)
            {
                throw new RebuildNeededException(
                    $"its position {_position.Sequence} stands behind another record than this journal has there: it followed another journal");
            }

            return;
        }

        replicator.Apply(_reader!.Group.Epoch, record);
        _isWithinCommand = (record.Header.Flags & RecordFlags.Continues) != 0;
        if (record.Sequence == _reader.Group.LastSequence && !_isWithinCommand)
        {
            _applied = JournalPosition.Behind(_reader.Group.Epoch, record);
        }
    }

    private void Commit()
    {
        if (_applied.Sequence > _position.Sequence)
        {
            var units = replicator.PendingCount;
            replicator.Commit(_applied);
            _position = _applied;
            Volatile.Write(ref _units, _units + units);
            Volatile.Write(ref _batches, _batches + 1);
        }
    }
}
