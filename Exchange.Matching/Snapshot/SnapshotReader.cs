using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Exchange.Matching.Snapshot;

/// <summary>Fills the whole destination with the next bytes of a snapshot.</summary>
/// <exception cref="SnapshotDamagedException">There are not that many.</exception>
public delegate void SnapshotSource(Span<byte> destination);

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote. Not thread-safe. Errors: <see cref="SnapshotDamagedException"/>.</summary>
public sealed class SnapshotReader(SnapshotSource source)
{
    /// <summary>Longest span that is taken at its word, in bytes: a damaged length must not become an allocation.</summary>
    private const int SpanBytesMax = 256 * 1024 * 1024;

    public bool ReadBool() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var value => throw new SnapshotDamagedException($"{value} where a yes (1) or no (0) is expected"),
    };

    public byte ReadByte()
    {
        Span<byte> bytes = stackalloc byte[1];
        source(bytes);
        return bytes[0];
    }

    public int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        source(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        source(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    public Int128 ReadInt128()
    {
        var low = (ulong)ReadInt64();
        return ((Int128)ReadInt64() << 64) | low;
    }

    /// <summary>Reads what <see cref="SnapshotWriter.Write{T}(in T)"/> wrote.</summary>
    public T Read<T>()
        where T : unmanaged
    {
        T value = default;
        source(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <summary>Fills <paramref name="items"/> with what as many calls of <see cref="SnapshotWriter.Write{T}(in T)"/> wrote.</summary>
    public void Read<T>(Span<T> items)
        where T : unmanaged => source(MemoryMarshal.AsBytes(items));

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes());

    public byte[] ReadBytes() => ReadItems<byte>();

    public T[] ReadItems<T>()
        where T : unmanaged
    {
        var items = new T[ReadCount(SpanBytesMax / System.Runtime.CompilerServices.Unsafe.SizeOf<T>())];
        source(MemoryMarshal.AsBytes(items.AsSpan()));
        return items;
    }

    /// <summary>Reads a count from 0 to <paramref name="max"/>.</summary>
    public int ReadCount(int max)
    {
        var count = ReadInt32();
        return count >= 0 && count <= max
            ? count
            : throw new SnapshotDamagedException($"a count of {count} where at most {max} is possible");
    }

    /// <summary>Reads the version of a part, which must be <paramref name="known"/>.</summary>
    public void ReadVersion(string part, int known)
    {
        var version = ReadInt32();
        if (version != known)
        {
            throw new SnapshotDamagedException($"{part}: version {version} in the snapshot, this build reads {known}");
        }
    }
}
