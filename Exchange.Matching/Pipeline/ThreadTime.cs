using System.Runtime.InteropServices;

namespace Exchange.Matching.Pipeline;

/// <summary>Processor time and priority of the calling thread. Linux; elsewhere they do nothing and 0.</summary>
internal static partial class ThreadTime
{
    private const int ThreadCpuClock = 3;
    private const int OfProcess = 0;
    private const int Nicest = 19;

    /// <summary>Processor time that the calling thread has used, microseconds.</summary>
    public static long CpuUs => OperatingSystem.IsLinux() && GetTime(ThreadCpuClock, out var time) == 0
        ? time.Seconds * 1_000_000 + time.Nanoseconds / 1_000
        : 0;

    /// <summary>
    /// Lets every other thread go first, for good. Why not <see cref="Thread.Priority"/>: it does nothing on Linux. On Linux the id 0 means the
    /// calling thread, not its process. A refusal is no error: the thread then competes like any other.
    /// </summary>
    public static void YieldToAllOthers()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfProcess, 0, Nicest);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    // Safety: signatures as in time.h and sys/resource.h on 64-bit Linux.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
