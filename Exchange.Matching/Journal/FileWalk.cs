using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>Sees a block on the way.</summary>
internal delegate void BlockAction(ReadOnlySpan<byte> block, long offset);

/// <summary>Reads a file from its begin to its end.</summary>
internal static class FileWalk
{
    private const int BlockBytes = 1 << 20;

    public static FileDigest DigestOf(IStorageFile file, BlockAction? onBlock = null)
    {
        var buffer = new byte[BlockBytes];
        uint crc = 0;
        long offset = 0;
        while (Fill(file, buffer, offset) is var read and > 0)
        {
            var block = buffer.AsSpan(0, read);
            crc = JournalChecksum.Crc32C([(byte)crc, (byte)(crc >> 8), (byte)(crc >> 16), (byte)(crc >> 24)], block);
            onBlock?.Invoke(block, offset);
            offset += read;
        }

        return new FileDigest(offset, crc);
    }

    /// <summary>Reads a whole block, whatever pieces the file gives: the digest depends on the blocks.</summary>
    private static int Fill(IStorageFile file, Span<byte> block, long offset)
    {
        var filled = 0;
        while (filled < block.Length && file.Read(block[filled..], offset + filled) is var read and > 0)
        {
            filled += read;
        }

        return filled;
    }
}
