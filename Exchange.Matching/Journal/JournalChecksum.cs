using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Journal;

/// <summary>Checksums, the chain's hash and the search for empty sectors. Pure functions; any thread.</summary>
internal static class JournalChecksum
{
    /// <summary>Returns the CRC32C of <paramref name="bytes"/>.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes) => ~Update(uint.MaxValue, bytes);

    /// <summary>Returns the CRC32C of two pieces as if they were one.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Update(Update(uint.MaxValue, first), second);

    /// <summary>Returns the chain hash that the group after this one carries.</summary>
    /// <param name="groupHeader">All 64 bytes of a group's header.</param>
    public static ulong ChainHash(ReadOnlySpan<byte> groupHeader)
    {
        var hash = 0x243F6A88_85A308D3UL;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(groupHeader[..JournalFormat.GroupHeaderSize]))
        {
            // The finalizer of splitmix64: every step is a bijection, so one changed word always changes the hash.
            hash = (hash ^ word) + 0x9E3779B9_7F4A7C15;
            hash = (hash ^ (hash >> 30)) * 0xBF58476D_1CE4E5B9;
            hash = (hash ^ (hash >> 27)) * 0x94D049BB_133111EB;
            hash ^= hash >> 31;
        }

        return hash;
    }

    /// <summary>Returns whether every byte is zero; true for no bytes.</summary>
    public static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    /// <summary>Returns how many 512-byte sectors of <paramref name="extent"/> are all zero.</summary>
    /// <param name="extent">Whole sectors.</param>
    public static int CountZeroSectors(ReadOnlySpan<byte> extent)
    {
        var count = 0;
        for (var offset = 0; offset < extent.Length; offset += JournalFormat.SectorSize)
        {
            if (IsZero(extent.Slice(offset, JournalFormat.SectorSize)))
            {
                count++;
            }
        }

        return count;
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        // Safety: the pointer-free reads below stay inside the span: whole 8-byte words first, then the bytes left.
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var offset = 0;
        for (; offset + 8 <= bytes.Length; offset += 8)
        {
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset)));
        }

        for (; offset < bytes.Length; offset++)
        {
            crc = BitOperations.Crc32C(crc, bytes[offset]);
        }

        return crc;
    }
}
