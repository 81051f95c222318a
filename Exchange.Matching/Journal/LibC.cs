using System.Runtime.InteropServices;
using System.Text;

namespace Exchange.Matching.Journal;

/// <summary>
/// The calls of the C library that the storage needs, with errno. Any thread.
/// Why not the framework's: its flush returns normally when fsync fails. Why not DllImport: a symbol looked up in the main program is the one
/// that a preloaded fault shim puts in front of the library's.
/// </summary>
internal static unsafe class LibC
{
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int InputOutputError = 5;
    public const int WouldBlock = 11;
    public const int AlreadyExists = 17;
    public const int InvalidArgument = 22;
    public const int NotSupported = 95;

    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int DataSync = 0x1000;
    public const int CloseOnExec = 0x80000;

    private const int SeekEnd = 2;
    private const int LockExclusiveNonBlocking = 2 | 4;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>O_DIRECT and O_DIRECTORY change places on ARM.</summary>
    public static readonly int Direct = IsArm ? 0x10000 : 0x4000;

    public static readonly int Directory = IsArm ? 0x4000 : 0x10000;

    private static readonly nint Program = NativeLibrary.GetMainProgramHandle();

    // Safety: the signatures are those of the x64 and arm64 Linux ABIs, where a variadic open takes its mode like a fixed parameter.
    private static readonly delegate* unmanaged<byte*, int, uint, int> OpenFunction = (delegate* unmanaged<byte*, int, uint, int>)Find("open");
    private static readonly delegate* unmanaged<int, int> CloseFunction = (delegate* unmanaged<int, int>)Find("close");
    private static readonly delegate* unmanaged<int, byte*, nint, long, nint> ReadFunction = (delegate* unmanaged<int, byte*, nint, long, nint>)Find("pread");
    private static readonly delegate* unmanaged<int, byte*, nint, long, nint> WriteFunction = (delegate* unmanaged<int, byte*, nint, long, nint>)Find("pwrite");
    private static readonly delegate* unmanaged<int, int> FdatasyncFunction = (delegate* unmanaged<int, int>)Find("fdatasync");
    private static readonly delegate* unmanaged<int, int> FsyncFunction = (delegate* unmanaged<int, int>)Find("fsync");
    private static readonly delegate* unmanaged<int, long, int, long> SeekFunction = (delegate* unmanaged<int, long, int, long>)Find("lseek");
    private static readonly delegate* unmanaged<int, long, int> TruncateFunction = (delegate* unmanaged<int, long, int>)Find("ftruncate");
    private static readonly delegate* unmanaged<byte*, byte*, int> RenameFunction = (delegate* unmanaged<byte*, byte*, int>)Find("rename");
    private static readonly delegate* unmanaged<byte*, int> UnlinkFunction = (delegate* unmanaged<byte*, int>)Find("unlink");
    private static readonly delegate* unmanaged<byte*, uint, int> MakeDirectoryFunction = (delegate* unmanaged<byte*, uint, int>)Find("mkdir");
    private static readonly delegate* unmanaged<byte*, int, int> AccessFunction = (delegate* unmanaged<byte*, int, int>)Find("access");
    private static readonly delegate* unmanaged<int, int, int> LockFunction = (delegate* unmanaged<int, int, int>)Find("flock");

    /// <summary>Returns a file descriptor, or the negative errno. Interrupted calls are repeated, here and in all calls but the syncs.</summary>
    public static int Open(string path, int flags, uint mode)
    {
        fixed (byte* pointer = Terminated(path))
        {
            int result;
            do
            {
                result = Result(OpenFunction(pointer, flags | CloseOnExec, mode));
            }
            while (result == -Interrupted);
            return result;
        }
    }

    /// <summary>Closes a descriptor. The result says nothing that a sync has not said before, and the descriptor is gone either way.</summary>
    public static void Close(int descriptor) => CloseFunction(descriptor);

    /// <summary>Returns the bytes read, or the negative errno.</summary>
    public static int Read(int descriptor, Span<byte> buffer, long offset)
    {
        fixed (byte* pointer = buffer)
        {
            int result;
            do
            {
                result = Result((int)ReadFunction(descriptor, pointer, buffer.Length, offset));
            }
            while (result == -Interrupted);
            return result;
        }
    }

    /// <summary>Returns the bytes written, possibly fewer than asked, or the negative errno.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* pointer = bytes)
        {
            int result;
            do
            {
                result = Result((int)WriteFunction(descriptor, pointer, bytes.Length, offset));
            }
            while (result == -Interrupted);
            return result;
        }
    }

    /// <summary>Returns 0 or the negative errno, an interruption included: a sync is never called again for the same data.</summary>
    public static int SyncData(int descriptor) => Result(FdatasyncFunction(descriptor));

    /// <summary>As <see cref="SyncData"/>, with all metadata; for directories.</summary>
    public static int Sync(int descriptor) => Result(FsyncFunction(descriptor));

    /// <summary>Returns the length of the file, or the negative errno.</summary>
    public static long Length(int descriptor)
    {
        var result = SeekFunction(descriptor, 0, SeekEnd);
        return result < 0 ? -Marshal.GetLastSystemError() : result;
    }

    public static int Truncate(int descriptor, long length) => Result(TruncateFunction(descriptor, length));

    /// <summary>Takes the exclusive lock of the file without waiting; returns 0 or the negative errno.</summary>
    public static int Lock(int descriptor) => Result(LockFunction(descriptor, LockExclusiveNonBlocking));

    public static int Rename(string from, string to)
    {
        fixed (byte* fromPointer = Terminated(from), toPointer = Terminated(to))
        {
            return Result(RenameFunction(fromPointer, toPointer));
        }
    }

    public static int Unlink(string path)
    {
        fixed (byte* pointer = Terminated(path))
        {
            return Result(UnlinkFunction(pointer));
        }
    }

    public static int MakeDirectory(string path, uint mode)
    {
        fixed (byte* pointer = Terminated(path))
        {
            return Result(MakeDirectoryFunction(pointer, mode));
        }
    }

    /// <summary>Returns 0 when the path exists, or the negative errno.</summary>
    public static int Access(string path)
    {
        fixed (byte* pointer = Terminated(path))
        {
            return Result(AccessFunction(pointer, 0));
        }
    }

    private static int Result(int result) => result < 0 ? -Marshal.GetLastSystemError() : result;

    private static nint Find(string symbol) => OperatingSystem.IsLinux()
        ? NativeLibrary.GetExport(Program, symbol)
        : throw new PlatformNotSupportedException("the journal's storage is written for Linux");

    private static byte[] Terminated(string path)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }
}
