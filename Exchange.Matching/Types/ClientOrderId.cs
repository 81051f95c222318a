using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Exchange.Matching.Types;

/// <summary>
/// The caller's id of an order, inline: 0 to 36 ASCII characters, so that neither ring nor book holds a heap object per order.
/// Length 0 means "none".
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
    /// <exception cref="ArgumentOutOfRangeException">Longer than 36: the edge checks the length first, so this is a bug.</exception>
    public ClientOrderId(ReadOnlySpan<byte> ascii)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ascii.Length, MaxLength);
        _length = (byte)ascii.Length;
        ascii.CopyTo(_characters);
    }

    public static ClientOrderId From(string text) => new(Encoding.ASCII.GetBytes(text));

    public readonly int Length => _length;

    public readonly bool IsEmpty => _length == 0;

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => ((ReadOnlySpan<byte>)_characters)[.._length];

    /// <summary>Returns a hash that is the same in every process (FNV-1a with a final mix).</summary>
    public readonly ulong StableHash()
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (var character in Bytes)
        {
            hash = (hash ^ character) * 0x100000001B3;
        }

        return hash ^ (hash >> 29);
    }

    public readonly bool Equals(ClientOrderId other) => Bytes.SequenceEqual(other.Bytes);

    public override readonly bool Equals(object? obj) => obj is ClientOrderId other && Equals(other);

    public override readonly int GetHashCode() => (int)StableHash();

    public override readonly string ToString() => Encoding.ASCII.GetString(Bytes);

    public static bool operator ==(ClientOrderId left, ClientOrderId right) => left.Equals(right);

    public static bool operator !=(ClientOrderId left, ClientOrderId right) => !left.Equals(right);
}
