using System.Buffers.Binary;
using System.Text;

namespace Exchange.Matching.Commands;

/// <summary>Writes a command's body field after field, little endian. The caller gives enough room: an overrun throws.</summary>
public ref struct BodyWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Byte(byte value) => _destination[Length++] = value;

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_destination[Length..], checked((ushort)value));
        Length += sizeof(ushort);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_destination[Length..], value);
        Length += sizeof(int);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_destination[Length..], value);
        Length += sizeof(long);
    }

    /// <summary>Writes the bytes without a length before them.</summary>
    public void Fixed(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_destination[Length..]);
        Length += value.Length;
    }

    /// <summary>Writes a length (2 bytes) and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        UInt16(value.Length);
        Fixed(value);
    }

    /// <summary>Writes a length (2 bytes) and the UTF-8 bytes.</summary>
    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));
}
