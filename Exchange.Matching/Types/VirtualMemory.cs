using System.Runtime.InteropServices;

namespace Exchange.Matching.Types;

/// <summary>
/// Address space and the memory behind it, straight from Linux: reserving costs nothing, memory is zero and counts from the first touch on.
/// Any thread.
/// </summary>
internal static unsafe partial class VirtualMemory
{
    /// <summary>What the kernel can back with one large page: fewer misses of the address cache in large books.</summary>
    public const int LargePageSize = 2 << 20;

    private const int ProtectNone = 0;
    private const int ProtectReadWrite = 1 | 2;
    private const int PrivateAnonymousUnreserved = 0x02 | 0x20 | 0x4000;
    private const int AdviseHugePage = 14;

    /// <summary>Returns address space that may not be touched yet.</summary>
    /// <exception cref="InsufficientMemoryException">The process may not have so much.</exception>
    public static byte* Reserve(nuint size)
    {
        var address = Map(0, size, ProtectNone, PrivateAnonymousUnreserved, -1, 0);
        return address == -1 ? throw Refused("reserving", size) : (byte*)address;
    }

    /// <summary>Makes a part of reserved space usable; a multiple of the page size, aligned to it.</summary>
    /// <exception cref="InsufficientMemoryException">The system has no more.</exception>
    public static void Commit(byte* start, nuint size)
    {
        if (Protect((nint)start, size, ProtectReadWrite) != 0)
        {
            throw Refused("taking", size);
        }
    }

    /// <summary>Asks for large pages where the system offers them; a wish, so a refusal changes nothing.</summary>
    public static void PreferLargePages(byte* start, nuint size) => _ = Advise((nint)start, size, AdviseHugePage);

    /// <summary>Returns the first address from <paramref name="start"/> on where a large page may begin.</summary>
    public static byte* AlignToLargePage(byte* start) => (byte*)(((nuint)start + LargePageSize - 1) & ~(nuint)(LargePageSize - 1));

    /// <summary>
    /// Returns zeroed memory that begins on a cache line. Large tables come in large pages: lookups go all over them, and in small pages most would miss
    /// the address cache, too. <see cref="Free"/> takes it back.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">The system has no more.</exception>
    public static void* AllocateZeroed(nuint size)
    {
        const int LineSize = 64;
        if (size < LargePageSize)
        {
            var memory = NativeMemory.AlignedAlloc(size, LineSize);
            NativeMemory.Clear(memory, size);
            return memory;
        }

        // Why aligned: only whole large pages can be had, and the table is to lie in them from its first byte on.
        var reserved = Reserve(size + LargePageSize);
        var start = AlignToLargePage(reserved);
        Release(reserved, (nuint)(start - reserved));
        Release(start + size, LargePageSize - (nuint)(start - reserved));
        PreferLargePages(start, size);
        Commit(start, size);
        return start;
    }

    /// <param name="memory">From <see cref="AllocateZeroed"/>, or null.</param>
    /// <param name="size">As it was asked for.</param>
    public static void Free(void* memory, nuint size)
    {
        if (size < LargePageSize || memory == null)
        {
            NativeMemory.AlignedFree(memory);
        }
        else
        {
            Release((byte*)memory, size);
        }
    }

    /// <param name="size">A multiple of the page size; 0 releases nothing.</param>
    public static void Release(byte* start, nuint size) => _ = size == 0 ? 0 : Unmap((nint)start, size);

    private static InsufficientMemoryException Refused(string what, nuint size) =>
        new($"{what} {size} bytes failed with errno {Marshal.GetLastSystemError()}");

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
