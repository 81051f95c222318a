using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Carries commands from any number of producers (request threads) to one consumer (the engine thread), in preallocated slots.
/// <code>
///   slots        [ 128 B | 128 B | 128 B | … ]      slot of sequence s: s mod slot count
///   published    [ lap   | lap   | lap   | … ]      4 B each: s is published when its entry equals s / slot count
///
///        released          consumer                     claimed
///   ────────┼─────────────────┼────────────────────────────┼──────────────► sequences, from 0
///    free   │    in work      │   published, or being      │   free; a normal claim
///           │                 │   written by its producer  │   leaves the reserve
/// </code>
/// 1. A slot belongs to its producer from <see cref="TryClaim(int, ClaimClass, out long)"/> to <see cref="Publish"/>, then to the
///    consumer until <see cref="Release"/>. Nobody else touches its bytes.
/// 2. claimed - released never exceeds the slot count; after a normal claim at least the reserve is free.
/// 3. The consumer sees commands in the order of their sequences and never beyond the first one that is not published: a
///    producer that claims must publish, with no wait and nothing that may throw between.
/// A slot keeps the bytes of its last use: producers write every field that their command type has.
/// </summary>
public sealed unsafe class CommandRing
{
    /// <summary>Longest payload of one command, in bytes.</summary>
    public const int MaxPayloadLength = CommandSlot.FirstPayloadSize + ((CommandSlot.MaxSlotCount - 1) * CommandSlot.Size);

    private readonly AlignedMemory _memory;
    private readonly byte* _slots;
    private readonly int[] _published;
    private readonly int _mask;
    private readonly int _lapShift;
    private readonly int _slotCount;
    private readonly int _normalSlotCount;
    private readonly WaitStrategy _strategy;

    // Last sequence that a producer has claimed.
    private readonly Sequence _claimed = new(-1);

    // Last sequence that the consumer has given back.
    private readonly Sequence _released = new(-1);

    // A recent value of _released, so that producers seldom fetch the line that the consumer writes. It may only lag: then a
    // claim looks again.
    private readonly Sequence _releasedCache = new(-1);

    private bool _alerted;

    // Up to here the consumer has seen everything published; its own.
    private long _lastSeenPublished = -1;

    /// <summary>Takes the ring's memory: 132 bytes a slot.</summary>
    /// <exception cref="ArgumentException">The options are invalid; the message says what to write instead.</exception>
    public CommandRing(CommandRingOptions options)
    {
        if (options.Validate() is { } error)
        {
            throw new ArgumentException(error, nameof(options));
        }

        _slotCount = options.SlotCount;
        _normalSlotCount = options.SlotCount - options.ReservedSlotCount;
        _mask = options.SlotCount - 1;
        _lapShift = int.Log2(options.SlotCount);
        _strategy = WaitStrategy.Create(options.WaitStrategy, Environment.ProcessorCount);
        _published = new int[options.SlotCount];
        _published.AsSpan().Fill(-1);
        _memory = new AlignedMemory(options.SlotCount * CommandSlot.Size);

        // Safety: the pointer lives as long as _memory, which lives as long as this ring.
        _slots = _memory.Start;
    }

    public int SlotCount => _slotCount;

    /// <summary>Slots claimed and not yet released, for metrics; any thread, a moment's view.</summary>
    public int Occupied
    {
        get
        {
            var released = _released.Value;
            return (int)Math.Min(_claimed.Value - released, _slotCount);
        }
    }

    /// <summary>
    /// The slot of <paramref name="sequence"/>, for the thread that it belongs to; valid until that thread publishes or releases it.
    /// </summary>
    public ref CommandSlot this[long sequence]
    {
        // Safety: the mask keeps the index inside the memory, slots are 128-byte aligned, and any bytes are a CommandSlot.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.AsRef<CommandSlot>(_slots + ((nint)(sequence & _mask) * CommandSlot.Size));
    }

    /// <summary>
    /// Returns the slots that a payload of <paramref name="payloadLength"/> bytes (0 to <see cref="MaxPayloadLength"/>) needs.
    /// </summary>
    public static int SlotCountFor(int payloadLength)
    {
        if ((uint)payloadLength > MaxPayloadLength)
        {
            ThrowHelper.OutOfRange(nameof(payloadLength), payloadLength, $"a payload has 0 to {MaxPayloadLength} bytes");
        }

        return (CommandSlot.PayloadOffset + payloadLength + CommandSlot.Size - 1) / CommandSlot.Size;
    }

    /// <summary>Claims slots for a command that may be shed.</summary>
    /// <inheritdoc cref="TryClaim(int, ClaimClass, out long)"/>
    public bool TryClaim(int slotCount, out long first) => TryClaim(slotCount, ClaimClass.Normal, out first);

    /// <summary>
    /// Claims <paramref name="slotCount"/> (1 to <see cref="CommandSlot.MaxSlotCount"/>) consecutive sequences for one command, or
    /// returns false when its share of the ring is full. Never waits. Any thread.
    /// </summary>
    public bool TryClaim(int slotCount, ClaimClass claimClass, out long first)
    {
        if (slotCount is < 1 or > CommandSlot.MaxSlotCount)
        {
            ThrowHelper.OutOfRange(nameof(slotCount), slotCount, $"a command has 1 to {CommandSlot.MaxSlotCount} slots");
        }

        var usable = claimClass == ClaimClass.Reserved ? _slotCount : _normalSlotCount;
        long last;
        long next;
        do
        {
            last = _claimed.Value;
            next = last + slotCount;
            if (next - usable > _releasedCache.Value && !RefreshReleased(next - usable))
            {
                first = -1;
                return false;
            }
        }
        while (!_claimed.CompareAndSet(last, next));

        first = last + 1;
        return true;
    }

    /// <summary>
    /// Hands claimed slots to the consumer and wakes it: <paramref name="first"/> and <paramref name="slotCount"/> as claimed, or a
    /// whole run of commands that one thread has claimed one after another without a gap. The thread that claimed them.
    /// </summary>
    public void Publish(long first, int slotCount)
    {
        // Why backwards: the consumer stops at the first unpublished slot, so it sees the slots of one command all at once.
        for (var sequence = first + slotCount - 1; sequence >= first; sequence--)
        {
            // Release: the slot's bytes are visible before its lap.
            Volatile.Write(ref _published[(int)(sequence & _mask)], (int)(sequence >> _lapShift));
        }

        _strategy.SignalAll();
    }

    /// <summary>
    /// Writes the payload of a command, with its length and slot count; the command claimed <see cref="SlotCountFor"/> slots at
    /// <paramref name="first"/>. The type and reply token stay to the caller. The thread that claimed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Longer than <see cref="MaxPayloadLength"/>.</exception>
    public void WritePayload(long first, ReadOnlySpan<byte> payload)
    {
        ref var slot = ref this[first];
        slot.SlotCount = (byte)SlotCountFor(payload.Length);
        slot.PayloadLength = (ushort)payload.Length;
        var beforeEnd = PayloadUpToEnd(first, payload.Length);
        payload[..beforeEnd.Length].CopyTo(beforeEnd);
        payload[beforeEnd.Length..].CopyTo(PayloadFromStart(payload.Length - beforeEnd.Length));
    }

    /// <summary>Copies the payload of the command at <paramref name="first"/> out; returns its length in bytes. The consumer.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than the payload.</exception>
    /// <exception cref="InvalidOperationException">
    /// Length and slot count contradict each other: the producer did not use <see cref="WritePayload"/>.
    /// </exception>
    public int ReadPayload(long first, Span<byte> destination)
    {
        ref var slot = ref this[first];
        int length = slot.PayloadLength;
        if (length > destination.Length)
        {
            ThrowHelper.OutOfRange(nameof(destination), destination.Length, $"the payload has {length} bytes");
        }

        if (slot.SlotCount != SlotCountFor(length))
        {
            ThrowHelper.InvalidOperation($"the command at {first} has {slot.SlotCount} slots for a payload of {length} bytes");
        }

        var beforeEnd = PayloadUpToEnd(first, length);
        beforeEnd.CopyTo(destination);
        PayloadFromStart(length - beforeEnd.Length).CopyTo(destination[beforeEnd.Length..]);
        return length;
    }

    /// <summary>
    /// Waits until <paramref name="sequence"/> is published; returns the highest sequence up to which all are, or
    /// <see cref="SequenceBarrier.Stopped"/> after an alert, once everything published is consumed. With
    /// <paramref name="maxBlockMs"/> (at least 1) it may return <paramref name="sequence"/> - 1, after that many milliseconds or
    /// earlier. The consumer.
    /// </summary>
    public long WaitFor(long sequence, int maxBlockMs = Timeout.Infinite)
    {
        if (!IsPublished(sequence))
        {
            var outcome = _strategy.Wait(new Published(this, sequence), maxBlockMs);
            if (outcome != WaitOutcome.Met)
            {
                return outcome == WaitOutcome.Alerted ? SequenceBarrier.Stopped : sequence - 1;
            }
        }

        return LastPublished(sequence);
    }

    /// <summary>As <see cref="WaitFor"/>, without a wait: <paramref name="sequence"/> - 1 when it is not published yet. The consumer.</summary>
    public long Poll(long sequence)
    {
        // Why this order: whoever raises an alert has published before.
        var isAlerted = Volatile.Read(ref _alerted);
        return IsPublished(sequence) ? LastPublished(sequence) : isAlerted ? SequenceBarrier.Stopped : sequence - 1;
    }

    /// <summary>Gives the slots up to and including <paramref name="sequence"/> back to the producers. The consumer.</summary>
    public void Release(long sequence) => _released.Value = sequence;

    /// <summary>Ends the consumer's wait, now and until <see cref="ClearAlert"/>, where it finds nothing published. Any thread.</summary>
    public void Alert()
    {
        Volatile.Write(ref _alerted, true);
        _strategy.SignalAll();
    }

    public void ClearAlert() => Volatile.Write(ref _alerted, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsPublished(long sequence) =>
        // Acquire: the slot's bytes are read after its lap. An entry of an older lap is lower, so a stale slot never passes.
        Volatile.Read(ref _published[(int)(sequence & _mask)]) == (int)(sequence >> _lapShift);

    private long LastPublished(long sequence)
    {
        // What was seen published stays so until it is released: only what came since is looked at.
        sequence = Math.Max(sequence, _lastSeenPublished);

        // Ends by itself: a sequence beyond the claimed ones still has the entry of an earlier lap.
        while (IsPublished(sequence + 1))
        {
            sequence++;
        }

        return _lastSeenPublished = sequence;
    }

    /// <summary>Looks at the consumer's own sequence; returns whether it has reached <paramref name="required"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefreshReleased(long required)
    {
        var released = _released.Value;
        _releasedCache.Value = released;
        return required <= released;
    }

    private Span<byte> PayloadUpToEnd(long first, int length)
    {
        var offset = ((int)(first & _mask) * CommandSlot.Size) + CommandSlot.PayloadOffset;

        // Safety: the length is cut at the end of the memory.
        return new Span<byte>(_slots + offset, Math.Min(length, (_slotCount * CommandSlot.Size) - offset));
    }

    // Safety: what a payload has left behind the wrap is shorter than the payload, and the ring holds the longest one.
    private Span<byte> PayloadFromStart(int length) => new(_slots, length);

    private readonly struct Published(CommandRing ring, long sequence) : IWaitCondition
    {
        public bool IsMet => ring.IsPublished(sequence);

        public bool IsAlerted => Volatile.Read(ref ring._alerted);
    }
}
