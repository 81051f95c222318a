using System.Numerics;

namespace Exchange.Matching.Pipeline;

/// <summary>How large an <see cref="EventRing"/> is and how its threads wait.</summary>
public sealed record EventRingOptions
{
    /// <summary>Bytes of records; a power of two, 4 KiB to 1 GiB. Bounds how far the engine may run ahead of the journal.</summary>
    public int ByteCount { get; init; } = 32 << 20;

    /// <summary>Records; a power of two, 16 to 16,777,216.</summary>
    public int SlotCount { get; init; } = 131_072;

    /// <summary>
    /// Bytes after which the memory is begun anew where nothing is unread; 0 or more, never where it is <see cref="ByteCount"/> or more. Fewer stay in a smaller
    /// cache; the default is half of the second cache of what servers have today.
    /// </summary>
    public int EarlyLapByteCount { get; init; } = 512 << 10;

    public WaitStrategyKind WaitStrategy { get; init; }

    /// <summary>Returns what is wrong and what to write instead, or null.</summary>
    public string? Validate()
    {
        if (!BitOperations.IsPow2(ByteCount) || ByteCount is < 4 << 10 or > 1 << 30)
        {
            return $"event ring of {ByteCount} bytes: use a power of two from {4 << 10} to {1 << 30}";
        }

        if (EarlyLapByteCount < 0)
        {
            return $"event ring with early laps of {EarlyLapByteCount} bytes: use 0 or more";
        }

        return !BitOperations.IsPow2(SlotCount) || SlotCount is < 16 or > 1 << 24
            ? $"event ring of {SlotCount} slots: use a power of two from 16 to {1 << 24}"
            : null;
    }
}
