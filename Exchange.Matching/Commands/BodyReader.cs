using System.Buffers.Binary;
using System.Text;

namespace Exchange.Matching.Commands;

/// <summary>
/// Reads what <see cref="BodyWriter"/> wrote. Bytes that end early or stay unread make <see cref="IsComplete"/> false instead of throwing:
/// a malformed command is rejected, not an exception.
/// </summary>
public ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;
    private bool _failed;

    /// <summary>Everything was read, and nothing was missing.</summary>
    public readonly bool IsComplete => !_failed && _rest.IsEmpty;

    /// <summary>Nothing is left to read: a body of an earlier form may end before fields that came later.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        var bytes = Take(1);
        return bytes.IsEmpty ? (byte)0 : bytes[0];
    }

    public int UInt16()
    {
        var bytes = Take(sizeof(ushort));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public int Int32()
    {
        var bytes = Take(sizeof(int));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public long Int64()
    {
        var bytes = Take(sizeof(long));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    public ReadOnlySpan<byte> Bytes() => Take(UInt16());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Reads exactly that many bytes, without a length before them.</summary>
    public ReadOnlySpan<byte> Fixed(int length) => Take(length);

    /// <summary>Reads all that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            _failed = true;
            _rest = default;
            return default;
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
