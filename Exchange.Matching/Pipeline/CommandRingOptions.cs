using System.Numerics;
using Exchange.Matching.Commands;

namespace Exchange.Matching.Pipeline;

/// <summary>How large a <see cref="CommandRing"/> is and how its consumer waits.</summary>
public sealed record CommandRingOptions
{
    /// <summary>Slots of 128 bytes; a power of two, 64 to 4,194,304. Bounds how long an admitted command can queue.</summary>
    public int SlotCount { get; init; } = 16_384;

    /// <summary>
    /// One slot in so many is kept for <see cref="ClaimClass.Reserved"/>; at least 2, or 0 for none. A larger reserve sheds
    /// orders earlier.
    /// </summary>
    public int ReserveDivisor { get; init; } = 8;

    public WaitStrategyKind WaitStrategy { get; init; }

    /// <summary>Slots that normal claims leave free.</summary>
    public int ReservedSlotCount => ReserveDivisor == 0 ? 0 : SlotCount / ReserveDivisor;

    /// <summary>Returns what is wrong and what to write instead, or null.</summary>
    public string? Validate()
    {
        if (!BitOperations.IsPow2(SlotCount) || SlotCount is < CommandSlot.MaxSlotCount or > 1 << 22)
        {
            return $"command ring of {SlotCount} slots: use a power of two from {CommandSlot.MaxSlotCount} to {1 << 22}";
        }

        if (ReserveDivisor is not 0 and < 2)
        {
            return $"command ring with reserve divisor {ReserveDivisor}: use 0 for no reserve, or at least 2";
        }

        // Otherwise the longest command could never be claimed.
        return SlotCount - ReservedSlotCount < CommandSlot.MaxSlotCount
            ? $"command ring of {SlotCount} slots, {ReservedSlotCount} of them reserved: "
                + $"leave at least {CommandSlot.MaxSlotCount} to normal claims"
            : null;
    }
}
