using System.Numerics;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Pipeline;

/// <summary>Pins a thread to one processor, so that the scheduler neither moves it nor cools its caches. Linux only.</summary>
public static partial class ThreadAffinity
{
    /// <summary>The processor number that means "do not pin".</summary>
    public const int Unpinned = -1;

    // The kernel reads as many bytes as it is given; 1,024 processors is glibc's own limit.
    private const int MaskWords = 16;
    private const int MaxProcessors = MaskWords * 64;

    private const int InvalidArgument = 22;

    /// <summary>
    /// Pins the calling thread to processor <paramref name="cpu"/>, counted from 0; with <see cref="Unpinned"/> it does
    /// nothing. Call it first thing on a thread made for the purpose: a pool thread would take the pinning to its next work.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The machine has no such processor, or this process may not use it.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux.</exception>
    /// <exception cref="InvalidOperationException">The system refused for another reason; the message has the errno.</exception>
    public static unsafe void PinCurrentThread(int cpu)
    {
        if (cpu == Unpinned)
        {
            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException($"pinning to cpu {cpu} needs Linux; use {Unpinned} to run unpinned");
        }

        if (cpu is < 0 or >= MaxProcessors)
        {
            throw NoSuchProcessor(cpu);
        }

        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);

        // Safety: the mask lives on this stack frame and the size given is its own; thread id 0 is the calling thread.
        if (SetAffinity(0, MaskWords * sizeof(ulong), mask) == 0)
        {
            return;
        }

        var errno = Marshal.GetLastPInvokeError();
        throw errno == InvalidArgument
            ? NoSuchProcessor(cpu)
            : new InvalidOperationException($"pinning to cpu {cpu} failed: errno {errno} ({Marshal.GetPInvokeErrorMessage(errno)})");
    }

    private static ArgumentOutOfRangeException NoSuchProcessor(int cpu) => new(
        nameof(cpu),
        cpu,
        $"cpu {cpu} does not exist or is closed to this process, which may use cpu {UsableProcessors()}; use {Unpinned} to run unpinned");

    /// <summary>Returns the processors that the calling thread may use at present, as text: "0, 1, 2".</summary>
    private static unsafe string UsableProcessors()
    {
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();

        // Safety: the mask lives on this stack frame and the size given is its own; the kernel writes no more than that.
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            return "(unknown)";
        }

        var cpus = new List<int>();
        for (var word = 0; word < MaskWords; word++)
        {
            for (var bits = mask[word]; bits != 0; bits &= bits - 1)
            {
                cpus.Add((word * 64) + BitOperations.TrailingZeroCount(bits));
            }
        }

        return string.Join(", ", cpus);
    }

    // Safety: signatures as in sched.h (pid_t is 32 bits, size_t is a native word); both are checked by their callers.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static unsafe partial int SetAffinity(int threadId, nuint maskSize, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static unsafe partial int GetAffinity(int threadId, nuint maskSize, ulong* mask);
}
