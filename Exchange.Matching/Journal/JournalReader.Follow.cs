namespace Exchange.Matching.Journal;

/// <content>
/// Following a journal that is being written. What is durable does not change any more, so groups up to the durable sequence are read and
/// checked like any other; nothing behind it is looked at, since it may be half written. Segments that did not exist when the reader was made
/// are found by their names: a segment is named by the sequence that comes next.
/// </content>
public sealed partial class JournalReader
{
    private long _followedTo;

    /// <summary>Returns the records of the next group; false when everything up to <paramref name="durableSequence"/> was returned.</summary>
    /// <param name="durableSequence">A sequence that the journal's writer has told as durable.</param>
    /// <param name="records">Whole records, checked; valid until the next call. The last group may end behind <paramref name="durableSequence"/>
    /// when that is older than the file.</param>
    /// <exception cref="InvalidOperationException">The journal had no segment yet when the reader was made: a bug of the caller.</exception>
    /// <exception cref="JournalDamagedException">What is durable does not verify. The reader must not be used any more.</exception>
    /// <exception cref="Ports.StorageException">The storage failed, or the segment is not there any more. As above.</exception>
    public bool TryFollow(long durableSequence, out ReadOnlySpan<byte> records)
    {
        records = default;
        if (_index < 0)
        {
            throw new InvalidOperationException("the journal had no segment when its reader was made");
        }

        if (_nextSequence > durableSequence)
        {
            return false;
        }

        if (durableSequence > _followedTo)
        {
            // What was read ahead may be older than what has become durable since.
            _blocks.Forget();
            _followedTo = durableSequence;
        }

        if (_offset == Segment.SegmentBytes || JournalChecksum.IsZero(_blocks.Get(_offset, JournalFormat.SectorSize)))
        {
            EnterNextSegment();
        }

        if (TryReadGroupAt(_blocks.Get(_offset, JournalFormat.SectorSize), out records))
        {
            return true;
        }

        throw Damaged(_offset, $"a group that was durable (sequence {_nextSequence} of {durableSequence}) is torn");
    }

    private void EnterNextSegment()
    {
        if (!IsLastSegment)
        {
            EnterSegment(_index + 1);
            return;
        }

        var name = $"{_folder}/{JournalFormat.SegmentName(_nextSequence)}";
        using var block = new AlignedBuffer(JournalFormat.SegmentHeaderSize);
        var header = SegmentList.ReadHeader(_storage, name, block.Span);

        // A segment without groups is replaced by one of its own name and number.
        var isReplaced = Segment.FirstSequence == _nextSequence;
        if (header.Number != Segment.Number + (isReplaced ? 0 : 1))
        {
            throw new JournalDamagedException(name, 16, $"segment number {header.Number} follows {Segment.Number}");
        }

        if (isReplaced)
        {
            _segments.RemoveAt(_index);
        }

        _segments.Add((name, header));
        EnterSegment(_segments.Count - 1);
    }
}
