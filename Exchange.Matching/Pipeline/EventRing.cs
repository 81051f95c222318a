using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Events;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Carries records from one producer (the engine thread) to several consumers, as the bytes that the journal will write.
/// <code>
///   slots   [ entry | entry | entry | … ]           16 B, by sequence mod slot count
///               │       └──────────────┐            0 position (8) | 8 length (4) | 12 reply token (4)
///               ▼                      ▼
///   bytes   [ record s           ][ record s + 1  ][ …          ][ skipped ]     by position mod byte count
///
///   consumers, each behind the next:   publisher ──► journal ──► published ──► committed ──► reserved
///   ◄──────────── free for the producer ────┤                                       (in sequences)
/// </code>
/// 1. A record never wraps: one that does not fit before the end of the memory begins at its start, and the bytes between are
///    skipped. Records that do not meet the end lie back to back.
/// 2. The bytes and the slot of a sequence are overwritten only after every gating sequence has reached it. What nobody gates
///    (a reader that may be lapped) is not protected.
/// 3. Consumers see records only through <see cref="Publish"/>, in sequence, without gaps.
/// 4. A lap may end early, by <see cref="EndLapEarly"/>, where nothing is unread: then bytes that lie in the cache are written again instead of memory that
///    has left it. The whole is free for consumers that lag from then on.
/// 5. Positions never decrease; a reservation is at most half of the memory, so one that waits always gets its turn.
/// The producer's members are <see cref="EndLapEarly"/>, <see cref="Reserve"/>, <see cref="ReserveMany"/>, <see cref="Rewind"/>, <see cref="Commit"/>,
/// <see cref="CommitNext"/> and <see cref="Publish"/>; all others say who may call them.
/// </summary>
public sealed unsafe class EventRing
{
    private readonly AlignedMemory _byteMemory;
    private readonly AlignedMemory _slotMemory;
    private readonly byte* _bytes;
    private readonly Entry* _entries;
    private readonly int _byteCount;
    private readonly int _byteMask;
    private readonly int _maxReservation;
    private readonly int _earlyLapByteCount;
    private readonly int _slotCount;
    private readonly int _slotMask;

    // Last sequence that consumers may see.
    private readonly Sequence _published;

    // Waited on by consumers that follow the producer alone.
    private readonly WaitStrategy _publishedStrategy;

    // Waited on by the producer and by consumers that follow other consumers.
    private readonly WaitStrategy _progressStrategy;

    private Sequence[] _gatingSequences = [];
    private bool _alerted;
    private ProducerState _producer;

    /// <summary>Takes the ring's memory; <paramref name="firstSequence"/> (at least 1) is the sequence of the first record.</summary>
    /// <exception cref="ArgumentException">The options are invalid; the message says what to write instead.</exception>
    public EventRing(EventRingOptions options, long firstSequence)
    {
        if (options.Validate() is { } error)
        {
            throw new ArgumentException(error, nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(firstSequence, 1);
        FirstSequence = firstSequence;
        _byteCount = options.ByteCount;
        _byteMask = options.ByteCount - 1;
        _maxReservation = options.ByteCount / 2;
        _earlyLapByteCount = options.EarlyLapByteCount;
        _slotCount = options.SlotCount;
        _slotMask = options.SlotCount - 1;
        _published = new Sequence(firstSequence - 1);
        _publishedStrategy = WaitStrategy.Create(options.WaitStrategy, Environment.ProcessorCount);
        _progressStrategy = WaitStrategy.Create(options.WaitStrategy, Environment.ProcessorCount);
        _producer.NextSequence = firstSequence;
        _producer.PublishedSequence = firstSequence - 1;
        _producer.FreeSequence = firstSequence - 1;
        _byteMemory = new AlignedMemory(options.ByteCount);
        _slotMemory = new AlignedMemory(options.SlotCount * sizeof(Entry));

        // Safety: the pointers live as long as the two memories, which live as long as this ring.
        _bytes = _byteMemory.Start;
        _entries = (Entry*)_slotMemory.Start;
    }

    public long FirstSequence { get; }

    /// <summary>
    /// Called, again and again, where the producer would block for room: a simulation, which has one thread for all stages, lets the
    /// consumers go on in it. Null blocks.
    /// </summary>
    internal Action? WhenFull { get; set; }

    /// <summary>Longest reservation, in bytes.</summary>
    public int MaxReservation => _maxReservation;

    /// <summary>Last sequence that consumers may see; any thread.</summary>
    public long Published => _published.Value;

    /// <summary>
    /// Makes the producer wait for <paramref name="consumer"/>, which stands at <see cref="FirstSequence"/> - 1. Before the first
    /// <see cref="Reserve"/>, on the thread that composes the pipeline.
    /// </summary>
    /// <exception cref="ArgumentException">The sequence stands elsewhere.</exception>
    public void AddGatingSequence(Sequence consumer)
    {
        if (consumer.Value != FirstSequence - 1)
        {
            throw new ArgumentException(
                $"a gating sequence starts at {FirstSequence - 1}, this one stands at {consumer.Value}", nameof(consumer));
        }

        _gatingSequences = [.. _gatingSequences, consumer];
    }

    /// <summary>Returns a barrier for a consumer that follows the producer alone (the journal). One per consumer thread.</summary>
    public SequenceBarrier NewBarrier() => new(_published, _publishedStrategy);

    /// <summary>
    /// Returns a barrier for a consumer that stays behind <paramref name="other"/>, whose owner moves it by <see cref="Advance"/>.
    /// </summary>
    public SequenceBarrier NewBarrier(Sequence other) => new(other, _progressStrategy);

    /// <summary>
    /// Moves a consumer's sequence to <paramref name="sequence"/>, the last one it is done with, and wakes who waits for it. The
    /// thread that owns the sequence, once per batch; setting its value directly would wake nobody.
    /// </summary>
    public void Advance(Sequence consumer, long sequence)
    {
        consumer.Value = sequence;
        _progressStrategy.SignalAll();
    }

    /// <summary>
    /// Returns <paramref name="maxBytes"/> (1 to <see cref="MaxReservation"/>) contiguous bytes for the next record, with whatever they
    /// held before. Waits until they and a slot are free; before it waits, it publishes what is committed, which the consumers
    /// need to make room. Empty after an alert without room.
    /// </summary>
    /// <exception cref="InvalidOperationException">A reservation is open, or no gating sequence is registered.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int maxBytes)
    {
        ref var producer = ref _producer;
        var start = producer.Position;

        // Why unsigned: no length, and a negative one, is longer than every room.
        if (start + (uint)(maxBytes - 1) >= producer.RoomEnd || producer.NextSequence > producer.RoomSequence || producer.ReservedLength != 0)
        {
            return ReserveOtherwise(maxBytes);
        }

        producer.ReservedLength = maxBytes;

        // Safety: up to the end of the room, the bytes lie back to back inside the memory, and no consumer reads them any more.
        return MemoryMarshal.CreateSpan(ref _bytes[start & _byteMask], maxBytes);
    }

    /// <summary>Sequence of the next record; the producer's thread.</summary>
    internal long NextSequence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _producer.NextSequence;
    }

    /// <summary>
    /// Opens a reservation for some records that follow each other: each is written at <see cref="NextRecord"/> and ended by <see cref="CommitNext"/>, as long as
    /// <see cref="MayBegin"/> says so; then <see cref="Rewind"/> closes the reservation. Never waits.
    /// </summary>
    /// <param name="maxBytes">Of each record.</param>
    /// <param name="count">Most records before the next reservation.</param>
    /// <returns>The last position where one of them may begin, as far as is known.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long ReserveMany(int maxBytes, long count)
    {
        ref var producer = ref _producer;
        producer.ReservedLength = maxBytes;
        return producer.NextSequence + count - 1 <= producer.RoomSequence ? producer.RoomEnd - maxBytes : -1;
    }

    /// <summary>Whether the next record of <see cref="ReserveMany"/> begins at its last position, or before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayBegin(long lastPosition) => _producer.Position <= lastPosition;

    /// <summary>Where the next record of <see cref="ReserveMany"/> begins.</summary>
    // Safety: up to the end of the room, the bytes lie back to back inside the memory, and no consumer reads them any more.
    internal ref byte NextRecord
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _bytes[_producer.Position & _byteMask];
    }

    /// <summary>Ends the next record of <see cref="ReserveMany"/>, which found room there; consumers see it after <see cref="Publish"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CommitNext(int length, int replyToken)
    {
        ref var producer = ref _producer;
        var (sequence, position) = (producer.NextSequence, producer.Position);
        Write(ref EntryOf(sequence), position, length, replyToken);
        producer.NextSequence = sequence + 1;
        producer.Position = position + length;
    }

    /// <summary>Ends a lap that is long enough, if the consumers have read everything; once per batch, without an open reservation.</summary>
    public void EndLapEarly()
    {
        ref var producer = ref _producer;
        var offset = (int)(producer.Position & _byteMask);
        if (offset >= _earlyLapByteCount && offset != 0 && producer.ReservedLength == 0 && SlowestConsumer() == producer.NextSequence - 1)
        {
            producer.Position += _byteCount - offset;
            producer.FreeSequence = producer.NextSequence - 1;
            producer.FreePosition = producer.Position;
            producer.RoomEnd = producer.Position + _byteCount;
            producer.RoomSequence = producer.FreeSequence + _slotCount;
        }
    }

    /// <summary>Whether a reservation is open.</summary>
    internal bool HasReservation => _producer.ReservedLength != 0;

    /// <summary>Gives the open reservation back, as if it had not been made; without one it does nothing.</summary>
    public void Rewind() => _producer.ReservedLength = 0;

    /// <summary>
    /// Ends the open reservation as the record of <paramref name="sequence"/>, its first <paramref name="length"/> bytes. Consumers see
    /// it after <see cref="Publish"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">No reservation is open, or the sequence is not the next one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(long sequence, int length, int replyToken)
    {
        ref var producer = ref _producer;
        if (sequence != producer.NextSequence || (uint)(length - 1) >= (uint)producer.ReservedLength)
        {
            ThrowNoCommit(sequence, length);
        }

        Write(ref EntryOf(sequence), producer.Position, length, replyToken);
        producer.Position += length;
        producer.ReservedLength = 0;
        producer.NextSequence = sequence + 1;
    }

    /// <summary>Makes every committed record visible at once and wakes the consumers; does nothing when there is none.</summary>
    public void Publish()
    {
        var last = _producer.NextSequence - 1;
        if (last != _producer.PublishedSequence)
        {
            _producer.PublishedSequence = last;

            // Release: bytes and entries are visible before the sequence.
            _published.Value = last;
            _publishedStrategy.SignalAll();
        }
    }

    /// <summary>
    /// Ends the producer's wait for room, now and until <see cref="ClearAlert"/>: for a consumer that ended. Consumers are stopped at
    /// their barriers. Any thread.
    /// </summary>
    public void Alert()
    {
        Volatile.Write(ref _alerted, true);
        _progressStrategy.SignalAll();
    }

    public void ClearAlert() => Volatile.Write(ref _alerted, false);

    /// <summary>
    /// Returns the bytes of the record of <paramref name="sequence"/>. A consumer, for sequences that its barrier let through and
    /// its own gating sequence has not reached; the bytes are valid until it does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Read(long sequence)
    {
        ref var entry = ref EntryOf(sequence);

        // Safety: an entry's position and length lie inside the memory, as its reservation did.
        return new ReadOnlySpan<byte>(_bytes + (entry.Position & _byteMask), entry.Length);
    }

    /// <summary>Returns who waits for the result of <paramref name="sequence"/>; for whom <see cref="Read"/> is.</summary>
    public int ReplyToken(long sequence) => EntryOf(sequence).ReplyToken;

    /// <summary>
    /// Returns the longest run of whole records from <paramref name="first"/> to at most <paramref name="last"/> that lie back to back
    /// in at most <paramref name="maxBytes"/> bytes; always at least one record, however long. For whom <see cref="Read"/> is.
    /// </summary>
    public ReadOnlySpan<byte> ReadRun(long first, long last, int maxBytes, out long lastRead)
    {
        ref var entry = ref EntryOf(first);
        var start = entry.Position;
        var end = start + entry.Length;
        lastRead = first;
        while (lastRead < last && (end & _byteMask) != 0)
        {
            ref var next = ref EntryOf(lastRead + 1);
            if (next.Position != end || end + next.Length - start > maxBytes)
            {
                break;
            }

            end += next.Length;
            lastRead++;
        }

        // Safety: the run neither crosses the end of the memory nor leaves the records, each inside the memory.
        return new ReadOnlySpan<byte>(_bytes + (start & _byteMask), (int)(end - start));
    }

    /// <summary>Returns all records from <paramref name="first"/> to <paramref name="last"/>, with who waits for them. For whom <see cref="Read"/> is.</summary>
    /// <param name="starts">Room for as many numbers as there are records; belongs to the result.</param>
    /// <param name="replyTokens">As above.</param>
    public RecordRun ReadRun(long first, long last, Span<int> starts, Span<int> replyTokens)
    {
        var count = (int)(last - first + 1);
        for (var i = 0; i < count; i++)
        {
            ref var entry = ref EntryOf(first + i);
            starts[i] = (int)(entry.Position & _byteMask);
            replyTokens[i] = entry.ReplyToken;
        }

        // Safety: the memory lives as long as this ring; what a record does not cover is not read.
        return new RecordRun(new ReadOnlySpan<byte>(_bytes, _byteCount), starts[..count], replyTokens[..count]);
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowNoReservation(int maxBytes)
    {
        if ((uint)(maxBytes - 1) >= (uint)MaxReservation)
        {
            ThrowHelper.OutOfRange(nameof(maxBytes), maxBytes, $"a reservation has 1 to {MaxReservation} bytes");
        }

        ThrowHelper.InvalidOperation("a reservation is open: commit or rewind it first");
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowNoCommit(long sequence, int length)
    {
        if (sequence != _producer.NextSequence)
        {
            ThrowHelper.InvalidOperation($"sequence {sequence} committed where {_producer.NextSequence} is next");
        }

        ThrowHelper.OutOfRange(nameof(length), length, $"the open reservation has {_producer.ReservedLength} bytes");
    }

    // Safety: the mask keeps the index inside the memory of the slots, which is aligned for an entry.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry EntryOf(long sequence) => ref _entries[sequence & _slotMask];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(ref Entry entry, long position, int length, int replyToken)
    {
        entry.Position = position;
        entry.Length = length;
        entry.ReplyToken = replyToken;
    }

    /// <summary>Where the known room does not suffice, or the memory ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Span<byte> ReserveOtherwise(int maxBytes)
    {
        ref var producer = ref _producer;
        if ((uint)(maxBytes - 1) >= (uint)_maxReservation || producer.ReservedLength != 0)
        {
            ThrowNoReservation(maxBytes);
        }

        var start = producer.Position;
        var offset = (int)(start & _byteMask);
        var lapEnd = start - offset + _byteCount;
        if (offset > _byteCount - maxBytes)
        {
            start = lapEnd;
            lapEnd += _byteCount;
        }

        if (!HasRoom(start + maxBytes) && !WaitForRoom(start + maxBytes))
        {
            return [];
        }

        producer.Position = start;
        producer.RoomEnd = Math.Min(producer.FreePosition + _byteCount, lapEnd);
        producer.RoomSequence = producer.FreeSequence + _slotCount;
        producer.ReservedLength = maxBytes;

        // Safety: the start was moved so that the bytes end inside the memory, and no consumer reads them any more.
        return new Span<byte>(_bytes + (start & _byteMask), maxBytes);
    }

    /// <summary>Whether bytes up to position <paramref name="end"/> and the next slot are free, as far as is known.</summary>
    private bool HasRoom(long end) =>
        end - _byteCount <= _producer.FreePosition && _producer.NextSequence - _slotCount <= _producer.FreeSequence;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WaitForRoom(long end)
    {
        if (_gatingSequences.Length == 0)
        {
            ThrowHelper.InvalidOperation("no gating sequence is registered: the records would be overwritten unread");
        }

        if (!RefreshRoom(end))
        {
            Publish();
            if (WhenFull is not { } letConsumersGoOn)
            {
                return _progressStrategy.Wait(new Room(this, end), Timeout.Infinite) == WaitOutcome.Met;
            }

            while (!RefreshRoom(end))
            {
                if (Volatile.Read(ref _alerted))
                {
                    return false;
                }

                letConsumersGoOn();
            }
        }

        return true;
    }

    /// <summary>Looks at the slowest consumer; returns whether there is room now.</summary>
    private bool RefreshRoom(long end)
    {
        var slowest = SlowestConsumer();
        _producer.FreeSequence = slowest;

        // All before the first unread record is free, skipped bytes included.
        _producer.FreePosition = slowest + 1 < _producer.NextSequence ? EntryOf(slowest + 1).Position : _producer.Position;
        return HasRoom(end);
    }

    private long SlowestConsumer()
    {
        var slowest = long.MaxValue;
        foreach (var sequence in _gatingSequences)
        {
            slowest = Math.Min(slowest, sequence.Value);
        }

        return slowest;
    }

    /// <summary>What the producer waits for; looking renews its own view of the room.</summary>
    private readonly struct Room(EventRing ring, long end) : IWaitCondition
    {
        public bool IsMet => ring.RefreshRoom(end);

        public bool IsAlerted => Volatile.Read(ref ring._alerted);
    }

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct Entry
    {
        /// <summary>Of the record's first byte; its place in the memory is this modulo the byte count.</summary>
        [FieldOffset(0)] public long Position;
        [FieldOffset(8)] public int Length;
        [FieldOffset(12)] public int ReplyToken;
    }

    /// <summary>What only the producer touches, on cache lines of its own inside the ring: it changes with every record.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128 + 128 + 128)]
    private struct ProducerState
    {
        /// <summary>Behind the last committed record, or where the next one begins.</summary>
        [FieldOffset(128)] public long Position;

        /// <summary>Bytes of the open reservation; 0 is none.</summary>
        [FieldOffset(144)] public int ReservedLength;

        [FieldOffset(152)] public long NextSequence;

        /// <summary>Up to here, bytes are free and lie back to back, as far as is known.</summary>
        [FieldOffset(160)] public long RoomEnd;

        /// <summary>Up to this sequence, slots are free, as far as is known.</summary>
        [FieldOffset(168)] public long RoomSequence;

        [FieldOffset(176)] public long PublishedSequence;

        /// <summary>The slowest consumer when last looked at.</summary>
        [FieldOffset(184)] public long FreeSequence;

        /// <summary>Where the record behind <see cref="FreeSequence"/> begins: all before it may be overwritten.</summary>
        [FieldOffset(192)] public long FreePosition;
    }
}
