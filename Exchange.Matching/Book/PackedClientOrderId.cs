using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// A client id in 32 bytes, so that those of two orders share a cache line and none lies on two. Characters are ASCII and never zero: the length needs no place, and
/// the top bit of each of the first 32 is free, which is where the bits of the last four stand.
/// <code>
///  0  characters 0 to 31, zero padded: 7 bits each
///     top bits of bytes 0 to 7, 8 to 15, 16 to 23, 24 to 31: characters 32, 33, 34, 35, the highest bit first
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct PackedClientOrderId : IEquatable<PackedClientOrderId>
{
    public const int Size = 32;

    private const ulong TopBits = 0x8080_8080_8080_8080;

    // The copies of a byte lie 9 places apart, so they do not overlap, and bit 7 - i of one meets the top bit of byte i.
    private const ulong EveryNinthBit = 0x8040_2010_0804_0201;

    private ulong _first;
    private ulong _second;
    private ulong _third;
    private ulong _fourth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PackedClientOrderId(in ClientOrderId id)
    {
        this = id.ReadFirst<PackedClientOrderId>();
        if (id.Length > Size)
        {
            var last = id.LastFour;
            _first |= Spread((byte)last);
            _second |= Spread((byte)(last >> 8));
            _third |= Spread((byte)(last >> 16));
            _fourth |= Spread((byte)(last >> 24));
        }
    }

    /// <summary>Returns the id as the caller gave it.</summary>
    public readonly ClientOrderId Unpack()
    {
        Span<ulong> words = [_first & ~TopBits, _second & ~TopBits, _third & ~TopBits, _fourth & ~TopBits, 0];
        var characters = MemoryMarshal.AsBytes(words)[..ClientOrderId.MaxLength];
        characters[Size] = Gather(_first);
        characters[Size + 1] = Gather(_second);
        characters[Size + 2] = Gather(_third);
        characters[Size + 3] = Gather(_fourth);
        var length = characters.IndexOf((byte)0);
        return new ClientOrderId(length < 0 ? characters : characters[..length]);
    }

    public readonly bool Equals(PackedClientOrderId other) =>
        ((_first ^ other._first) | (_second ^ other._second) | (_third ^ other._third) | (_fourth ^ other._fourth)) == 0;

    public override readonly bool Equals(object? obj) => obj is PackedClientOrderId other && Equals(other);

    public override readonly int GetHashCode() => (int)Unpack().StableHash();

    private static ulong Spread(byte value) => (value * EveryNinthBit) & TopBits;

    private static byte Gather(ulong word) => (byte)(((word & TopBits) >> 7) * EveryNinthBit >> 56);
}
