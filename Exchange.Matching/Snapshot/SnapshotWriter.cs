using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Exchange.Matching.Snapshot;

/// <summary>Takes the next bytes of a snapshot; they are valid during the call only.</summary>
public delegate void SnapshotSink(ReadOnlySpan<byte> bytes);

/// <summary>
/// Writes the content of a snapshot: little endian, fixed widths, spans with their length before them. Collects bytes and hands them to the
/// sink in pieces of up to <see cref="BufferBytes"/>. Not thread-safe.
/// </summary>
public sealed class SnapshotWriter(SnapshotSink sink)
{
    private const int BufferBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _length;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    public void Write(bool value) => Write(value ? (byte)1 : (byte)0);

    public void Write(byte value) => Room(1)[0] = value;

    public void Write(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);

    public void Write(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    public void Write(Int128 value)
    {
        Write((long)value);
        Write((long)(value >> 64));
    }

    /// <summary>A struct as it lies in memory: explicit or packed layout, no padding, no reference.</summary>
    public void Write<T>(in T value)
        where T : unmanaged => MemoryMarshal.Write(Room(System.Runtime.CompilerServices.Unsafe.SizeOf<T>()), in value);

    /// <summary>Length, then the text as UTF-8.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Length, then the bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        WriteBare(bytes);
    }

    /// <summary>Count, then the items as they lie in memory: for structs of explicit layout without padding.</summary>
    public void WriteItems<T>(ReadOnlySpan<T> items)
        where T : unmanaged
    {
        Write(items.Length);
        WriteBare(MemoryMarshal.AsBytes(items));
    }

    /// <summary>Hands the rest to the sink.</summary>
    public void Flush()
    {
        if (_length > 0)
        {
            sink(_buffer.AsSpan(0, _length));
            _length = 0;
        }
    }

    private void WriteBare(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var piece = Math.Min(bytes.Length, BufferBytes);
            bytes[..piece].CopyTo(Room(piece));
            bytes = bytes[piece..];
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_length + bytes > BufferBytes)
        {
            Flush();
        }

        _length += bytes;
        Length += bytes;
        return _buffer.AsSpan(_length - bytes, bytes);
    }
}
