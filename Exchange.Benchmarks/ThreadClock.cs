using System.Runtime.InteropServices;

namespace Exchange.Benchmarks;

/// <summary>Processor time of the calling thread, as the kernel counts it (CLOCK_THREAD_CPUTIME_ID): waiting and other threads do not count.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTimeId = 3;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public static long NowNs() => GetTime(ThreadCpuTimeId, out var time) == 0
        ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds
        : throw new InvalidOperationException($"clock_gettime failed with {Marshal.GetLastSystemError()}");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
