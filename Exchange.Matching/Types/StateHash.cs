using System.Numerics;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Types;

/// <summary>
/// Order-sensitive 64-bit hash of a state, equal on every machine for equal states. Not for security.
/// Parts add themselves in a fixed order, never in the order of a hash table.
/// </summary>
public struct StateHash()
{
    private ulong _value = 0x9E3779B97F4A7C15;

    public readonly ulong Value => Mix(_value);

    /// <summary>The hash as it stands, for a snapshot; <see cref="From"/> goes on from it.</summary>
    public readonly long State => (long)_value;

    public static StateHash From(long state) => new() { _value = (ulong)state };

    public void Add(long value) => _value = BitOperations.RotateLeft(_value ^ Mix((ulong)value), 27) * 0x9E3779B97F4A7C15 + 0x52DCE729;

    public void Add(Int128 value)
    {
        Add((long)value);
        Add((long)(value >> 64));
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        var words = MemoryMarshal.Cast<byte, long>(bytes);
        foreach (var word in words)
        {
            Add(word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(long))..])
        {
            Add(rest);
        }
    }

    public void Add(string text) => Add(MemoryMarshal.AsBytes(text.AsSpan()));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
