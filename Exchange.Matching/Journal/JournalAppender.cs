using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Journal;

/// <summary>
/// Writes the journal: collects records into a group, writes the group at once, makes it durable, and only then says so.
/// Owned by the journal thread; only <see cref="DurableSequence"/> and <see cref="NextSegmentError"/> may be read by others.
/// Nothing is allocated per group.
/// <code>
///                      ┌─ Append
///                      ▼  │            write and sync ok
///  EMPTY ── Append ──► FILLING ── Commit ──────────────► EMPTY    (DurableSequence = last of the group)
///                                    │
///                                    │ any failure: write, sync, segment header, rename, folder sync, no segment to be had
///                                    ▼
///                                  DEAD                           (refuses everything, for good)
/// </code>
/// 1. Sequences are gapless and journal time never falls, from the first group to the last.
/// 2. A group is acknowledged only after its one write and its one sync returned without error, in a segment whose header and name were
///    durable before.
/// 3. The next group is written only after the one before is durable: at most one group can be torn.
/// 4. A failed write or sync is never tried again. What the disk holds then is unknown: the process must end and read it anew.
/// 5. Beyond the last group every segment is zero, so an unwritten sector can be told.
/// </summary>
public sealed class JournalAppender : IDisposable
{
    private const long RewriteStepBytes = 1 << 20;

    private readonly IStorage _storage;
    private readonly JournalOptions _options;
    private readonly long _epoch;
    private readonly SegmentPreparer _preparer;
    private readonly AlignedBuffer _buffer;

    private IStorageFile? _file;
    private long _segmentNumber;
    private long _segmentFirstSequence;
    private long _bytesLeft;
    private long _segmentBytes;
    private int _groupAlignment;
    private long _offset;

    private ulong _chainHash;
    private long _nextSequence;
    private long _lastTimeUs;
    private long _durableSequence;

    private int _payloadLength;
    private int _recordCount;
    private long _firstSequence;
    private long _firstTimeUs;
    private Exception? _failure;

    /// <summary>Opens the journal at <paramref name="end"/> and removes what an interrupted preparation left.</summary>
    /// <param name="storage">Holds the journal's folder; nobody else writes there.</param>
    /// <param name="end">The end that a <see cref="JournalReader"/> found, without a torn group (<see cref="JournalTail.Cut"/>).</param>
    /// <param name="epoch">Epoch of this leadership, not below the journal's.</param>
    /// <param name="options">Validated here.</param>
    /// <exception cref="ArgumentException">The options, the end or the epoch do not allow it.</exception>
    /// <exception cref="StorageException">The folder or the last segment cannot be opened.</exception>
    public JournalAppender(IStorage storage, JournalEnd end, long epoch, JournalOptions options)
    {
        Check(end, epoch, options);
        Planted.Let(PlantedBug.EpochFallsBack, ref epoch, 1);
        _storage = storage;
        _options = options;
        _epoch = epoch;
        _chainHash = end.ChainHash;
        _nextSequence = end.NextSequence;
        _lastTimeUs = end.LastTimeUs;
        _durableSequence = end.NextSequence - 1;
        _segmentNumber = end.SegmentNumber;
        _segmentFirstSequence = end.SegmentFirstSequence;
        _groupAlignment = end.GroupAlignment;
        storage.CreateFolder(options.Folder);
        RemoveTemporaryFiles();
        if (end.SegmentNumber > 0)
        {
            OpenLastSegment(end);
        }

        _bytesLeft = _file is null ? 0 : _segmentBytes - _offset;
        _buffer = new AlignedBuffer(options.EffectiveGroupBytes);
        _preparer = new SegmentPreparer(storage, options);
        _preparer.Start();
    }

    /// <summary>Last sequence known durable. Any thread.</summary>
    public long DurableSequence => Volatile.Read(ref _durableSequence);

    /// <summary>
    /// The full disk that keeps the next segment from being prepared, or null. The current segment goes on; the preparation is tried again on
    /// later commits. Any thread.
    /// </summary>
    public StorageException? NextSegmentError => _preparer.SpaceError;

    /// <summary>
    /// First sequence of the segment in writing, whose header and name are durable: every segment before it is closed. 0 before the first
    /// segment. Any thread.
    /// </summary>
    public long SegmentFirstSequence => Volatile.Read(ref _segmentFirstSequence);

    /// <summary>What the disk has room for. Any thread.</summary>
    public JournalRoom Room
    {
        get
        {
            if (_preparer.SpaceError is null)
            {
                return JournalRoom.Normal;
            }

            var left = Volatile.Read(ref _bytesLeft) + (_preparer.HasReserve ? _options.ReserveBytes : 0);
            return left >= _options.ReserveBytes / 2 ? JournalRoom.Reserve : JournalRoom.Exhausted;
        }
    }

    /// <summary>Bytes of records that still fit into the current group.</summary>
    public int FreeBytes => _buffer.Length - JournalFormat.GroupHeaderSize - _payloadLength;

    /// <summary>Sequence that the next appended record must have.</summary>
    public long NextSequence => _nextSequence;

    /// <summary>Adds records to the current group; nothing is written yet.</summary>
    /// <param name="wholeRecords">One or more whole records, at most <see cref="FreeBytes"/> bytes.</param>
    /// <exception cref="InvalidOperationException">A bug: a gap in the sequences, time running backwards, a cut record, too many bytes;
    /// or the appender is dead. The group is as it was before the call.</exception>
    public void Append(ReadOnlySpan<byte> wholeRecords)
    {
        ThrowIfDead();
        Invariant.That(wholeRecords.Length <= FreeBytes, "records appended to a group fit into it");
        var sequence = _nextSequence;
        var timeUs = _lastTimeUs;
        for (var rest = wholeRecords; !rest.IsEmpty;)
        {
            Invariant.That(rest.Length >= RecordHeader.Size, "appended records are whole");
            var header = MemoryMarshal.Read<RecordHeader>(rest);
            Invariant.That(header.Length >= RecordHeader.Size + header.BodyLength && header.Length <= rest.Length, "appended records are whole");
            Invariant.That(header.Sequence == sequence, "journaled sequences have no gap");
            Invariant.That(header.TimeUs >= timeUs, "journal time never falls");
            sequence++;
            timeUs = header.TimeUs;
            rest = rest[header.Length..];
        }

        if (_recordCount == 0 && !wholeRecords.IsEmpty)
        {
            _firstSequence = _nextSequence;
            _firstTimeUs = MemoryMarshal.Read<RecordHeader>(wholeRecords).TimeUs;
        }

        wholeRecords.CopyTo(_buffer.Span[(JournalFormat.GroupHeaderSize + _payloadLength)..]);
        _payloadLength += wholeRecords.Length;
        _recordCount += (int)(sequence - _nextSequence);
        _nextSequence = sequence;
        _lastTimeUs = timeUs;
    }

    /// <summary>
    /// Writes the current group with one write, makes it durable with one checked sync and returns the last durable sequence.
    /// Without records it does nothing. Begins the next segment when the group does not fit into this one.
    /// </summary>
    /// <exception cref="StorageException">A write or sync failed, or no segment can be had. The appender is dead: the process must end.</exception>
    /// <exception cref="InvalidOperationException">The appender is dead already.</exception>
    public long Commit()
    {
        ThrowIfDead();
        try
        {
            _preparer.ThrowIfFailed();
            if (_recordCount > 0)
            {
                WriteGroup();
            }

            _preparer.OnCommit();
        }
        catch (Exception error)
        {
            _failure = error;
            throw;
        }

        return _durableSequence;
    }

    /// <summary>Tries the preparation of the next segment again now, for a pipeline that has nothing to commit while the disk is full.</summary>
    public void RetryPreparation()
    {
        ThrowIfDead();
        _preparer.Start();
    }

    /// <summary>Closes the files; records that were not committed are dropped.</summary>
    public void Dispose()
    {
        _failure ??= new ObjectDisposedException(nameof(JournalAppender));
        _preparer.Dispose();
        _file?.Dispose();
        _file = null;
        _buffer.Dispose();
    }

    private void WriteGroup()
    {
        if (_file is null
            || _offset + JournalFormat.Extent(_payloadLength, _groupAlignment) > _segmentBytes
            || _firstSequence - _segmentFirstSequence >= _options.SegmentRecords)
        {
            BeginSegment();
        }

        var extentLength = JournalFormat.Extent(_payloadLength, _groupAlignment);
        var extent = _buffer.Span[..extentLength];
        var group = extent[..(JournalFormat.GroupHeaderSize + _payloadLength)];
        extent[group.Length..].Clear();

        // Why: the header's own sector is never all zero (the magic number), whatever stands there now.
        extent[0] = 1;
        new GroupHeader
        {
            PayloadLength = _payloadLength,
            RecordCount = _recordCount,
            FirstSequence = _firstSequence,
            LastSequence = _nextSequence - 1,
            Epoch = _epoch,
            TimeUs = _firstTimeUs,
            PreviousHash = _chainHash,
            ZeroSectors = JournalChecksum.CountZeroSectors(extent),
        }.Write(group);

        _file.Write(extent, _offset);
        var syncs = true;
        Planted.Let(PlantedBug.GroupNotSynced, ref syncs, false);
        Planted.TrySync(PlantedBug.FailedSyncTriedAgain, _file);
        if (syncs)
        {
            _file.Sync();
        }

        _chainHash = JournalChecksum.ChainHash(group);
        _offset += extentLength;
        _payloadLength = 0;
        _recordCount = 0;
        Volatile.Write(ref _bytesLeft, _segmentBytes - _offset);
        Volatile.Write(ref _durableSequence, _nextSequence - 1);
    }

    /// <summary>
    /// Takes the prepared file, gives it its header and its name. Why in this order: a file with a segment's name has a whole header, and
    /// both are durable before the first group is acknowledged.
    /// </summary>
    [MemberNotNull(nameof(_file))]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginSegment()
    {
        var replacesEmptySegment = _segmentNumber > 0 && _offset == JournalFormat.SegmentHeaderSize;
        _file?.Dispose();
        _file = _preparer.Take(out var temporaryName);
        _segmentNumber = replacesEmptySegment ? _segmentNumber : _segmentNumber + 1;
        _segmentBytes = _file.Length;
        _groupAlignment = Math.Max(JournalFormat.SectorSize, _file.WriteAlignment);

        using var block = new AlignedBuffer(JournalFormat.SegmentHeaderSize);
        new SegmentHeader
        {
            GroupAlignment = _groupAlignment,
            Number = _segmentNumber,
            FirstSequence = _firstSequence,
            Epoch = _epoch,
            ChainHash = _chainHash,
            CreatedUs = _firstTimeUs,
            SegmentBytes = _segmentBytes,
            BuildId = _options.BuildId,
        }.Write(block.Span);
        _file.Write(block.Span, 0);
        var syncs = true;
        Planted.Let(PlantedBug.SegmentHeaderNotSynced, ref syncs, false);
        if (syncs)
        {
            _file.Sync();
        }

        _storage.Rename(temporaryName, $"{_options.Folder}/{JournalFormat.SegmentName(_firstSequence)}");
        var folder = _options.Folder;
        Planted.Let(PlantedBug.FolderNotSynced, ref folder, "another");
        _storage.SyncFolder(folder);
        _preparer.ConfirmRenamed();
        _offset = JournalFormat.SegmentHeaderSize;
        Volatile.Write(ref _segmentFirstSequence, _firstSequence);
    }

    private void OpenLastSegment(JournalEnd end)
    {
        _segmentBytes = end.SegmentBytes;
        _offset = end.Offset;
        MakeDurable(end);
        var file = _storage.Open(end.SegmentName, create: false, syncedWrites: true);
        if (file.WriteAlignment > end.GroupAlignment)
        {
            // Why: groups of this segment lie closer than this storage can write; the first commit begins a new one.
            file.Dispose();
            return;
        }

        _file = file;
    }

    /// <summary>
    /// Puts on disk what the reader found: the last group, and the zeros behind it as far as a torn one can have reached. Why: a process that was killed
    /// between write and sync leaves a whole group that only the page cache holds; whoever recovers from it tells its effects. Why it is written
    /// once more, not only synced: after a failed sync the system takes those pages for clean, shows them to every reader, and never writes them.
    /// </summary>
    private void MakeDurable(JournalEnd end)
    {
        using (var file = _storage.Open(end.SegmentName, create: false))
        {
            var to = Math.Min(end.SegmentBytes, end.Offset + JournalFormat.MaxGroupBytes);
            Planted.Let(PlantedBug.EndNotWrittenAgain, ref to, 0);
            using var buffer = new AlignedBuffer((int)Math.Clamp(to - end.LastGroupOffset, 1, RewriteStepBytes));
            for (var offset = end.LastGroupOffset; offset < to;)
            {
                var read = file.Read(buffer.Span[..(int)Math.Min(buffer.Length, to - offset)], offset);
                Invariant.That(read > 0, "a segment has the length that its header states");
                file.Write(buffer.Span[..read], offset);
                offset += read;
            }

            file.Sync();
        }

        _storage.SyncFolder(_options.Folder);
    }

    private void RemoveTemporaryFiles()
    {
        foreach (var name in _storage.List(_options.Folder))
        {
            if (name.EndsWith(JournalFormat.TemporarySuffix, StringComparison.Ordinal))
            {
                _storage.Delete($"{_options.Folder}/{name}");
            }
        }
    }

    private void ThrowIfDead()
    {
        if (_failure is not null)
        {
            ThrowDead();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowDead() => throw new InvalidOperationException("the journal is dead: it failed or was closed, and takes nothing any more", _failure);

    private static void Check(JournalEnd end, long epoch, JournalOptions options)
    {
        if (options.Validate() is { } complaint)
        {
            throw new ArgumentException(complaint, nameof(options));
        }

        if (end.IsTorn)
        {
            throw new ArgumentException("the torn group at the end must be cut first", nameof(end));
        }

        if (epoch < end.Epoch)
        {
            throw new ArgumentException($"epoch {epoch} lies below the journal's {end.Epoch}", nameof(epoch));
        }
    }
}
