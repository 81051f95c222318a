using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Exchange.Matching.Book;

/// <summary>
/// 64 neighbouring prices with the levels that exist there. Two kinds, by how many those are: prices far from each other take one cache line for a few,
/// prices side by side are found without a search.
/// <code>
/// line 0   occupied (8): bit i set = level i exists | tag (8): number * 2 + kind
/// compact  1 line:   9 levels in no order: their numbers i (9 x 1) at byte 16, what they are (9 x 4) at byte 28
///                    above 0: a level of one order, its slot       below 0: the complement of a level of the <see cref="LevelStore"/>
/// wide    17 lines: 64 levels from byte 64 on, each in a place of its own, all zero where there is none
/// number   what its keys begin with: key >> 6
/// </code>
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = LineSize)]
internal unsafe struct Leaf
{
    public const int LineSize = 64;
    public const long Compact = 0;
    public const long Wide = 1;

    /// <summary>The tag of what is no leaf any more. That of a key, whatever number it is, lies within 2^58 of 0.</summary>
    public const long NoTag = long.MinValue;

    /// <summary>Most levels of a compact leaf.</summary>
    public const int CompactMax = 9;

    private const int KindBits = 1;
    private const int KeysOffset = 16;
    private const int ReferencesOffset = 28;

    [FieldOffset(0)] public ulong Occupied;
    [FieldOffset(8)] public long Tag;
    [FieldOffset(KeysOffset)] private fixed byte _keys[CompactMax];
    [FieldOffset(ReferencesOffset)] private fixed int _references[CompactMax];

    public readonly long Number => Tag >> KindBits;

    public readonly long Kind => Tag & ((1 << KindBits) - 1);

    /// <summary>Levels that exist.</summary>
    public readonly int Count => BitOperations.PopCount(Occupied);

    /// <summary>Returns the tag of a leaf: one comparison tells number and kind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TagOf(long number, long kind) => (number << KindBits) | kind;

    public static int LinesOf(long kind) => kind == Wide ? 17 : 1;

    /// <summary>Whether level <paramref name="slot"/> exists.</summary>
    public readonly bool Has(int slot) => (Occupied >> slot & 1) != 0;

    // Safety, for all that follows: a leaf has the lines of its kind, and a level's place lies inside them.

    /// <summary>Returns the place of a level in a wide leaf, whether it exists or not.</summary>
    /// <param name="key">Its low 6 bits count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PriceLevel* WideLevel(Leaf* leaf, long key) => (PriceLevel*)(leaf + 1) + (key & 63);

    /// <summary>Returns what level <paramref name="slot"/>, which exists, of a compact leaf is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref int Reference(Leaf* leaf, int slot) => ref leaf->_references[PlaceOf(leaf, slot)];

    /// <summary>Adds level <paramref name="slot"/>, which does not exist, to a compact leaf that is not full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Leaf* leaf, int slot, int reference)
    {
        var place = leaf->Count;
        leaf->_keys[place] = (byte)slot;
        leaf->_references[place] = reference;
        leaf->Occupied |= 1UL << slot;
    }

    /// <summary>Removes level <paramref name="slot"/>, which exists, from a compact leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Remove(Leaf* leaf, int slot)
    {
        // The last one takes its place, so that no search or shift depends on how many there are.
        var (place, last) = (PlaceOf(leaf, slot), leaf->Count - 1);
        leaf->_keys[place] = leaf->_keys[last];
        leaf->_references[place] = leaf->_references[last];
        leaf->Occupied &= ~(1UL << slot);
    }

    /// <summary>Returns whether a compact leaf has each level that its bits say, and once.</summary>
    public static bool IsConsistent(Leaf* leaf)
    {
        var seen = 0UL;
        for (var place = 0; place < leaf->Count; place++)
        {
            seen |= leaf->_references[place] != 0 ? 1UL << leaf->_keys[place] : 0;
        }

        return seen == leaf->Occupied;
    }

    /// <summary>Returns the place of a level that exists. What lies behind the last one is old, and not looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(Leaf* leaf, int slot)
    {
        // Safety: 16 bytes from the keys on lie inside the line.
        var same = Vector128.Equals(Vector128.Load((byte*)leaf + KeysOffset), Vector128.Create((byte)slot)).ExtractMostSignificantBits();
        return BitOperations.TrailingZeroCount(same);
    }
}
