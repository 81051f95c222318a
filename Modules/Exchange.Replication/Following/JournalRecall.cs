using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Replication.Following;

/// <summary>Takes in a record and the epoch of its group.</summary>
internal delegate void EpochRecordAction(long epoch, in Record record);

/// <summary>Reads again what lies in the journal, for stores that keep less than their folds need. One thread; changes nothing.</summary>
/// <param name="replicableSequence">Nothing behind it is read.</param>
internal sealed class JournalRecall(IStorage storage, Func<long> replicableSequence, string journalFolder = "journal")
{
    /// <summary>Hands over the records from one sequence to another, as far as they are replicable.</summary>
    /// <exception cref="RebuildNeededException">The first of them is not there any more.</exception>
    public void Read(long from, long to, EpochRecordAction action)
    {
        var end = Math.Min(to, replicableSequence());
        if (from > end)
        {
            return;
        }

        if (FirstSequence() is var first && first > from)
        {
            throw new RebuildNeededException($"it needs the journal from sequence {from} on, which begins with {first}");
        }

        using var reader = new JournalReader(storage, from, journalFolder);
        while (reader.TryFollow(end, out var records))
        {
            while (!records.IsEmpty)
            {
                var record = new Record(records);
                if (record.Sequence >= from && record.Sequence <= end)
                {
                    action(reader.Group.Epoch, record);
                }

                records = records[record.Header.Length..];
            }
        }
    }

    /// <summary>Returns the position behind a record, which must be there; 0 behind none.</summary>
    public JournalPosition PositionAt(long sequence)
    {
        var position = default(JournalPosition);
        if (sequence > 0)
        {
            Read(sequence, sequence, (long epoch, in Record record) => position = JournalPosition.Behind(epoch, record));
        }

        return position;
    }

    /// <summary>
    /// Brings a fold that outlasts its store's failures to where the store stands: hands over what it lacks; a fold that is further waits for the
    /// store.
    /// </summary>
    /// <param name="foldSequence">Where the fold stands.</param>
    /// <returns>Whether the fold stands where the store does by that.</returns>
    /// <exception cref="RebuildNeededException">The store followed another journal, or what the fold lacks is gone.</exception>
    public bool BringTo(JournalPosition stored, long foldSequence, EpochRecordAction apply)
    {
        if (stored.Sequence < foldSequence && Contradicts(stored))
        {
            throw new RebuildNeededException(
                $"its position {stored.Sequence} stands behind another record than this journal has there: it followed another journal");
        }

        Read(foldSequence + 1, stored.Sequence, apply);
        return stored.Sequence > foldSequence;
    }

    /// <summary>Returns whether the journal has another record where the position stands; a record that is gone cannot be told apart.</summary>
    public bool Contradicts(JournalPosition position) =>
        position.Sequence > 0 && position.Sequence >= FirstSequence() && PositionAt(position.Sequence) != position;

    private long FirstSequence()
    {
        using var reader = new JournalReader(storage, long.MaxValue, journalFolder);
        return reader.Segments.Count == 0 ? 1 : reader.Segments[0].Header.FirstSequence;
    }
}
