using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Exchange.Matching.Types;

/// <summary>
/// The caller's id of an order, inline: 0 to 36 ASCII characters, none of them zero, so that neither ring nor book holds a heap object per order.
/// Length 0 means "none". Characters behind the length are always zero: equality and hash look at all 37 bytes.
/// <code>
///  0  length (1) | characters (36), zero padded
/// </code>
/// </summary>
public struct ClientOrderId : IEquatable<ClientOrderId>
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxLength = 36;

    private byte _length;
    private Characters _characters;

    [InlineArray(MaxLength)]
    private struct Characters
    {
        private byte _first;
    }

    /// <summary>Takes a copy of <paramref name="ascii"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Longer than 36, or not of characters 1 to 127: the edge checks that first, so this is a bug.</exception>
    public ClientOrderId(ReadOnlySpan<byte> ascii)
    {
        if (!TryCreate(ascii, out this))
        {
            throw new ArgumentOutOfRangeException(nameof(ascii), Convert.ToHexString(ascii), "a client id has at most 36 bytes, each from 1 to 127");
        }
    }

    /// <summary>Takes a copy of bytes from outside; false, and no id, where they are none.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, out ClientOrderId id)
    {
        id = default;
        if (bytes.Length > MaxLength || !HasOnlyCharacters(bytes))
        {
            return false;
        }

        id._length = (byte)bytes.Length;
        bytes.CopyTo(id._characters);
        return true;
    }

    public static ClientOrderId From(string text) => new(Encoding.ASCII.GetBytes(text));

    public readonly int Length => _length;

    public readonly bool IsEmpty => _length == 0;

    /// <summary>Whether bytes that were read as an id are one.</summary>
    public readonly bool IsValid =>
        _length <= MaxLength && HasOnlyCharacters(Bytes) && !((ReadOnlySpan<byte>)_characters)[_length..].ContainsAnyExcept((byte)0);

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => ((ReadOnlySpan<byte>)_characters)[.._length];

    /// <summary>Returns a hash that is the same in every process.</summary>
    public readonly ulong StableHash()
    {
        ReadOnlySpan<byte> all = _characters;
        var words = MemoryMarshal.Cast<byte, ulong>(all);
        var hash = (words[0] ^ _length) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 32) ^ words[1]) * 0xC2B2AE3D27D4EB4F;
        hash = (hash ^ (hash >> 32) ^ words[2]) * 0x165667B19E3779F9;
        hash = (hash ^ (hash >> 32) ^ words[3]) * 0xD6E8FEB86659FD93;
        hash = (hash ^ (hash >> 32) ^ MemoryMarshal.Read<uint>(all[32..])) * 0xFF51AFD7ED558CCD;
        return hash ^ (hash >> 29);
    }

    /// <summary>Returns a hash for an index in memory, quicker than <see cref="StableHash"/>; 0 for none, and only for that.</summary>
    public readonly uint IndexHash()
    {
        if (IsEmpty)
        {
            return 0;
        }

        // Why products side by side: one after another they would wait for each other.
        ref var first = ref Unsafe.As<Characters, byte>(ref Unsafe.AsRef(in _characters));
        var hash = ((Word(ref first, 0) ^ _length) * 0x9E3779B97F4A7C15)
            ^ BitOperations.RotateLeft((Word(ref first, 8) + 0x165667B19E3779F9) * 0xC2B2AE3D27D4EB4F, 19)
            ^ BitOperations.RotateLeft((Word(ref first, 16) + 0x27D4EB2F165667C5) * 0xD6E8FEB86659FD93, 37);
        if (_length > 24)
        {
            hash = (hash ^ (hash >> 32) ^ Word(ref first, 24)) * 0xD6E8FEB86659FD93;
            hash = (hash ^ (hash >> 32) ^ Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, 32))) * 0xFF51AFD7ED558CCD;
        }

        hash = (hash ^ (hash >> 29)) * 0x9E3779B97F4A7C15;
        return Math.Max((uint)(hash >> 32), 1);

        // Safety: the last word ends at byte 32 of 36, and any alignment may be read.
        static ulong Word(ref byte first, int offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, offset));
    }

    /// <summary>Reads the first characters, padding included, as something of their size, at most 36 bytes.</summary>
    // Safety: any alignment may be read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly T ReadFirst<T>()
        where T : unmanaged => Unsafe.ReadUnaligned<T>(ref Unsafe.As<Characters, byte>(ref Unsafe.AsRef(in _characters)));

    /// <summary>Characters 32 to 35, padding included, the first in the lowest byte.</summary>
    internal readonly uint LastFour
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref Unsafe.As<Characters, byte>(ref Unsafe.AsRef(in _characters)), MaxLength - sizeof(uint)));
    }

    private static bool HasOnlyCharacters(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)1, (byte)127);

    public readonly bool Equals(ClientOrderId other) =>
        _length == other._length && ((ReadOnlySpan<byte>)_characters).SequenceEqual(other._characters);

    public override readonly bool Equals(object? obj) => obj is ClientOrderId other && Equals(other);

    public override readonly int GetHashCode() => (int)StableHash();

    public override readonly string ToString() => Encoding.ASCII.GetString(Bytes);

    public static bool operator ==(ClientOrderId left, ClientOrderId right) => left.Equals(right);

    public static bool operator !=(ClientOrderId left, ClientOrderId right) => !left.Equals(right);
}
