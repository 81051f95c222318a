using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Exchange.Benchmarks.Processes;

/// <summary>Calls of the C library whose results the framework hides or does not offer. Any thread.</summary>
internal static partial class NativeCalls
{
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;

    /// <summary>Ends a process at once, as a crash would.</summary>
    /// <exception cref="Win32Exception">There is no such process.</exception>
    public static void Kill(int processId) => Check(SendSignal(processId, SignalKill), "kill");

    /// <summary>Asks a process to end in order.</summary>
    /// <exception cref="Win32Exception">There is no such process.</exception>
    public static void Terminate(int processId) => Check(SendSignal(processId, SignalTerminate), "kill");

    /// <summary>Makes a file's content durable. Why not the framework's flush: it returns normally when the sync fails.</summary>
    /// <exception cref="Win32Exception">The sync failed.</exception>
    public static void SyncData(SafeHandle file) => Check(Fdatasync(file), "fdatasync");

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Fdatasync(SafeHandle file);
}
