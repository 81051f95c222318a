using System.Runtime.InteropServices;
using System.Text;

namespace Exchange.Tests.Support.PowerLoss;

/// <summary>What a host did: see `power-trace.c`, which writes it and tells what the fields mean.</summary>
internal enum TraceKind
{
    Start = 1,
    Open = 2,
    Create = 3,
    Close = 4,
    Write = 5,
    Zeros = 6,
    Sync = 7,
    SyncWrite = 8,
    Truncate = 9,
    Rename = 10,
    Unlink = 11,
    MakeFolder = 12,
    Answer = 13,
    Failed = 14,
}

/// <summary>One record of a trace. Paths are absolute.</summary>
internal readonly record struct TraceRecord(TraceKind Kind, int Descriptor, long A, long B, uint Flags, ReadOnlyMemory<byte> Bytes)
{
    private const uint FolderFlag = 1;
    private const uint SyncedWritesFlag = 2;

    public bool IsFolder => (Flags & FolderFlag) != 0;

    public bool HasSyncedWrites => (Flags & SyncedWritesFlag) != 0;

    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Reads a whole trace, of one process or of several, one after the other.</summary>
    /// <exception cref="InvalidDataException">It is cut short or no trace.</exception>
    public static IReadOnlyList<TraceRecord> ReadAll(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var records = new List<TraceRecord>();
        for (var offset = 0; offset < bytes.Length;)
        {
            var header = bytes.Length - offset >= Marshal.SizeOf<Header>()
                ? MemoryMarshal.Read<Header>(bytes.AsSpan(offset))
                : throw new InvalidDataException($"'{path}' is cut short at {offset}");
            offset += Marshal.SizeOf<Header>();
            if (!Enum.IsDefined(header.Kind) || header.Length > bytes.Length - offset)
            {
                throw new InvalidDataException($"'{path}' holds no record at {offset}");
            }

            records.Add(new TraceRecord(header.Kind, header.Descriptor, header.A, header.B, header.Flags, bytes.AsMemory(offset, (int)header.Length)));
            offset += (int)header.Length;
        }

        return records;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public TraceKind Kind;
        public int Descriptor;
        public long A;
        public long B;
        public uint Flags;
        public uint Length;
    }
}
