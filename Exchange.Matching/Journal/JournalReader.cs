using System.Runtime.InteropServices;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Journal;

/// <summary>
/// Reads a journal from the start to its end, checks everything, changes nothing. Owned by one thread; of a journal that is being written
/// only <see cref="TryFollow"/> may read.
/// <code>
/// using var reader = new JournalReader(storage);
/// while (reader.TryReadGroup(out var records)) { … }
/// var end = JournalTail.Cut(storage, reader.End, log);
/// </code>
/// <para>
/// <b>Torn.</b> The last group is torn, that is, a crash interrupted its write before anybody was told of it, only if more of its 512-byte
/// sectors are all zero than its header counts as written so (or its header's sector is all zero), nothing but zeros follows its extent, and
/// no further segment follows. It is reported in <see cref="JournalEnd.TornBytes"/>.
/// </para>
/// <para>
/// <b>Damaged.</b> Everything else that does not verify throws <see cref="JournalDamagedException"/>.
/// </para>
/// <para>
/// <b>Residue</b>, which cannot be told from a crash by the journal alone: in the last group, whole sectors that turned to zero after it was
/// acknowledged (it passes for torn; with all its sectors, for never written); whole segments missing at the end. Those show when a snapshot,
/// a replicator's position or the shared journal lies beyond <see cref="JournalEnd.NextSequence"/>: recovery compares them.
/// </para>
/// </summary>
public sealed partial class JournalReader : IDisposable
{
    private readonly IStorage _storage;
    private readonly string _folder;
    private readonly List<(string Name, SegmentHeader Header)> _segments;
    private readonly BlockReader _blocks = new();

    private int _index = -1;
    private bool _finished;
    private long _offset;
    private long _nextSequence;
    private ulong _chainHash;
    private long _epoch;
    private long _lastTimeUs;
    private long _tornBytes;
    private long _groupOffset;

    /// <summary>Validates the headers, names and order of all segments.</summary>
    /// <param name="storage">Holds the journal's folder; a missing folder is an empty journal.</param>
    /// <param name="fromSequence">
    /// First sequence that is needed, at least 1: groups are read from the segment that holds it, and its first group may begin before it.
    /// A value beyond the end is not an error here: compare with <see cref="JournalEnd.NextSequence"/>.
    /// </param>
    /// <param name="folder">Folder inside the storage.</param>
    /// <exception cref="JournalDamagedException">A header, a name, the order or the first sequence is wrong, or a file has another length.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public JournalReader(IStorage storage, long fromSequence = 1, string folder = "journal")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromSequence, 1);
        _storage = storage;
        _folder = folder;
        _segments = SegmentList.Read(storage, folder);
        if (_segments.Count == 0)
        {
            return;
        }

        var first = _segments.FindLastIndex(segment => segment.Header.FirstSequence <= fromSequence);
        if (first < 0)
        {
            var (name, header) = _segments[0];
            _blocks.Dispose();
            throw new JournalDamagedException(name, 0, $"the journal begins with sequence {header.FirstSequence}, but {fromSequence} is needed");
        }

        var start = _segments[first].Header;
        _nextSequence = start.FirstSequence;
        _chainHash = start.ChainHash;
        EnterSegment(first);
    }

    /// <summary>Returns the first sequence of a journal, by the names of its segments alone; null when it has none.</summary>
    /// <exception cref="StorageException">The storage failed.</exception>
    public static long? FirstSequence(IStorage storage, string folder = "journal")
    {
        long? first = null;
        foreach (var file in storage.List(folder))
        {
            first = SegmentList.TryParseName(file, out var sequence) ? Math.Min(sequence, first ?? long.MaxValue) : first;
        }

        return first;
    }

    /// <summary>Header of the group that the last <see cref="TryReadGroup"/> returned.</summary>
    public GroupHeader Group { get; private set; }

    /// <summary>File that holds the group that the last <see cref="TryReadGroup"/> returned.</summary>
    public string GroupFile => Name;

    /// <summary>Offset in <see cref="GroupFile"/> of that group's first record, bytes.</summary>
    public long RecordsOffset => _groupOffset + JournalFormat.GroupHeaderSize;

    /// <summary>Sequence that the next group begins with; 1 for a journal without segments.</summary>
    public long NextSequence => _segments.Count == 0 ? 1 : _nextSequence;

    /// <summary>Hash of the last group read, or of the last one before the first segment read.</summary>
    public ulong ChainHash => _segments.Count == 0 ? JournalFormat.GenesisHash : _chainHash;

    /// <summary>Epoch of the last group or segment header read.</summary>
    public long Epoch => _epoch;

    /// <summary>Journal time of the last record read, microseconds; of the segment's first record before that.</summary>
    public long LastTimeUs => _lastTimeUs;

    /// <summary>Headers of all segments with their names, in order.</summary>
    public IReadOnlyList<(string Name, SegmentHeader Header)> Segments => _segments;

    /// <summary>The end of the journal.</summary>
    /// <exception cref="InvalidOperationException">The end is not reached yet.</exception>
    public JournalEnd End
    {
        get
        {
            if (_segments.Count == 0)
            {
                return JournalEnd.Empty;
            }

            if (!_finished)
            {
                throw new InvalidOperationException("the journal's end is known when TryReadGroup has returned false");
            }

            var (name, header) = _segments[_index];
            return new JournalEnd
            {
                NextSequence = _nextSequence,
                ChainHash = _chainHash,
                Epoch = _epoch,
                LastTimeUs = _lastTimeUs,
                SegmentNumber = header.Number,
                SegmentName = name,
                SegmentFirstSequence = header.FirstSequence,
                SegmentBytes = header.SegmentBytes,
                GroupAlignment = header.GroupAlignment,
                Offset = _offset,
                LastGroupOffset = _groupOffset,
                TornBytes = _tornBytes,
            };
        }
    }

    private string Name => _segments[_index].Name;

    private SegmentHeader Segment => _segments[_index].Header;

    private bool IsLastSegment => _index == _segments.Count - 1;

    /// <summary>Returns the records of the next group; false at the end of the journal, a torn group included.</summary>
    /// <param name="records">Whole records, checked; valid until the next call.</param>
    /// <exception cref="JournalDamagedException">See the rule above.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public bool TryReadGroup(out ReadOnlySpan<byte> records)
    {
        records = default;
        while (_index >= 0 && !_finished)
        {
            if (_offset < Segment.SegmentBytes)
            {
                var sector = _blocks.Get(_offset, JournalFormat.SectorSize);
                if (!JournalChecksum.IsZero(sector))
                {
                    return TryReadGroupAt(sector, out records);
                }

                CheckEmptyFrom(_offset);
            }

            if (IsLastSegment)
            {
                _finished = true;
            }
            else
            {
                EnterSegment(_index + 1);
            }
        }

        return false;
    }

    public void Dispose() => _blocks.Dispose();

    private bool TryReadGroupAt(ReadOnlySpan<byte> sector, out ReadOnlySpan<byte> records)
    {
        records = default;
        if (!GroupHeader.Verifies(sector))
        {
            throw Damaged(_offset, "the group header does not verify");
        }

        var header = GroupHeader.Read(sector);
        var extentLength = JournalFormat.Extent(header.PayloadLength, Segment.GroupAlignment);
        CheckPlace(header, extentLength);

        var extent = _blocks.Get(_offset, extentLength);
        var group = extent[..(JournalFormat.GroupHeaderSize + header.PayloadLength)];
        var verifies = GroupHeader.PayloadVerifies(group);
        Planted.Let(PlantedBug.ChecksumNotChecked, ref verifies, true);
        if (!verifies || !JournalChecksum.IsZero(extent[group.Length..]))
        {
            EndTornOrThrow(header, extent);
            return false;
        }

        records = group[JournalFormat.GroupHeaderSize..];
        CheckRecords(header, records);
        _chainHash = JournalChecksum.ChainHash(group);
        _nextSequence = header.LastSequence + 1;
        _epoch = header.Epoch;
        _groupOffset = _offset;
        _offset += extentLength;
        Group = header;
        return true;
    }

    /// <summary>Checks that a header which verifies by itself belongs here.</summary>
    private void CheckPlace(in GroupHeader header, int extentLength)
    {
        if (header.FirstSequence != _nextSequence)
        {
            throw Damaged(_offset, $"the group begins with sequence {header.FirstSequence} where {_nextSequence} follows");
        }

        var previousHash = header.PreviousHash;
        Planted.Let(PlantedBug.ChainNotChecked, ref previousHash, _chainHash);
        if (previousHash != _chainHash)
        {
            throw Damaged(_offset, $"the chain is broken: the group continues {header.PreviousHash:x16}, the group before it is {_chainHash:x16}");
        }

        if (header.Epoch < _epoch)
        {
            throw Damaged(_offset, $"the group's epoch {header.Epoch} lies below {_epoch}");
        }

        if (_offset + extentLength > Segment.SegmentBytes)
        {
            throw Damaged(_offset, $"the group of {extentLength} bytes reaches beyond the segment");
        }
    }

    /// <summary>Checks what the writer checked before it wrote: whole records, gapless, in time order, as many as the header says.</summary>
    private void CheckRecords(in GroupHeader header, ReadOnlySpan<byte> records)
    {
        var sequence = header.FirstSequence;
        var timeUs = _lastTimeUs;
        if (MemoryMarshal.Read<RecordHeader>(Head(records, records)).TimeUs != header.TimeUs)
        {
            throw Damaged(_offset, "the time of the group is not that of its first record");
        }

        for (var rest = records; !rest.IsEmpty;)
        {
            var record = MemoryMarshal.Read<RecordHeader>(Head(rest, records));
            if (record.Length < RecordHeader.Size + record.BodyLength || record.Length > rest.Length
                || record.Sequence != sequence || record.TimeUs < timeUs)
            {
                throw Damaged(
                    _offset + JournalFormat.GroupHeaderSize + (records.Length - rest.Length),
                    $"a record of {record.Length} bytes, sequence {record.Sequence}, time {record.TimeUs} does not follow sequence {sequence - 1}, time {timeUs}");
            }

            sequence++;
            timeUs = record.TimeUs;
            rest = rest[record.Length..];
        }

        if (sequence - 1 != header.LastSequence || sequence - header.FirstSequence != header.RecordCount)
        {
            throw Damaged(_offset, $"the group holds sequences {header.FirstSequence} to {sequence - 1}, its header states {header.RecordCount} up to {header.LastSequence}");
        }

        _lastTimeUs = timeUs;
    }

    private ReadOnlySpan<byte> Head(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> records) =>
        rest.Length >= RecordHeader.Size
            ? rest
            : throw Damaged(_offset + JournalFormat.GroupHeaderSize + (records.Length - rest.Length), $"{rest.Length} bytes are no record");

    /// <summary>Ends the reading at a torn group whose header is there; throws when it is damaged.</summary>
    private void EndTornOrThrow(in GroupHeader header, ReadOnlySpan<byte> extent)
    {
        var extentLength = extent.Length;
        var zeroSectors = JournalChecksum.CountZeroSectors(extent);
        Planted.Let(PlantedBug.DamageTakenForTorn, ref zeroSectors, int.MaxValue);
        if (zeroSectors <= header.ZeroSectors)
        {
            throw Damaged(_offset, "the group does not verify, and all its sectors were written");
        }

        var further = _blocks.FindNonZero(_offset + extentLength);
        Planted.Let(PlantedBug.DamageTakenForTorn, ref further, -1);
        if (further >= 0 || !IsLastSegment)
        {
            throw Damaged(_offset, further >= 0
                ? $"the group does not verify, and the journal goes on behind it at {further}"
                : "the group does not verify, and a further segment follows");
        }

        _tornBytes = extentLength;
        _finished = true;
    }

    /// <summary>Returns when nothing but zeros follows; ends the reading at a torn group whose header's sector is missing; otherwise throws.</summary>
    private void CheckEmptyFrom(long offset)
    {
        var nonZero = _blocks.FindNonZero(offset);
        if (nonZero < 0)
        {
            return;
        }

        if (!IsLastSegment)
        {
            throw Damaged(nonZero, $"data behind the end of the segment's groups at {offset}, and a further segment follows");
        }

        // A group's extent is bounded, so whatever a torn one left lies within this stretch.
        var stretch = _blocks.Get(offset, (int)Math.Min(JournalFormat.MaxGroupBytes, Segment.SegmentBytes - offset));
        for (var sector = 0; sector < stretch.Length; sector += Segment.GroupAlignment)
        {
            if (GroupHeader.Verifies(stretch[sector..]))
            {
                throw Damaged(offset, $"no group here, but one at {offset + sector}");
            }
        }

        var lastWritten = stretch.LastIndexOfAnyExcept((byte)0);
        var stretchLength = stretch.Length;
        var further = _blocks.FindNonZero(offset + stretchLength);
        if (further >= 0)
        {
            throw Damaged(further, $"data behind the journal's end at {offset}, farther than a group reaches");
        }

        _tornBytes = (lastWritten / JournalFormat.SectorSize + 1) * JournalFormat.SectorSize;
        _finished = true;
    }

    private void EnterSegment(int index)
    {
        var (name, header) = _segments[index];
        _index = index;
        _offset = JournalFormat.SegmentHeaderSize;
        _groupOffset = _offset;
        if (header.FirstSequence != _nextSequence)
        {
            throw Damaged(24, $"the segment begins with sequence {header.FirstSequence} where {_nextSequence} follows");
        }

        if (header.ChainHash != _chainHash)
        {
            throw Damaged(40, $"the chain is broken: the segment continues {header.ChainHash:x16}, the group before it is {_chainHash:x16}");
        }

        if (header.Epoch < _epoch || header.CreatedUs < _lastTimeUs)
        {
            throw Damaged(32, $"the segment's epoch {header.Epoch} or time {header.CreatedUs} lies below {_epoch}, {_lastTimeUs}");
        }

        _epoch = header.Epoch;
        _lastTimeUs = header.CreatedUs;
        _blocks.Open(_storage.Open(name, create: false), name);
    }

    private JournalDamagedException Damaged(long offset, string reason) => new(Name, offset, reason);
}
