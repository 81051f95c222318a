using System.Diagnostics;
using NUnit.Framework;

namespace Exchange.Tests.Support;

/// <summary>
/// A real file system whose disk runs out under it: ext4 on a loop device whose backing file lies on a small tmpfs. Writes go into the page cache
/// and succeed; the kernel cannot write them back, and the sync fails (RELIABILITY.md, 4.4). Needs the right to mount; without it the test is
/// skipped, which the summary of the run tells.
/// </summary>
internal sealed class FailingDisk : IDisposable
{
    private const long FileSystemMiB = 256;

    private readonly string _root = Directory.CreateTempSubdirectory("exchange-loop-").FullName;
    private readonly Stack<(string Command, string[] Arguments)> _undo = new();
    private readonly string _device;

    /// <param name="capacityMiB">What the disk really holds.</param>
    public FailingDisk(int capacityMiB)
    {
        try
        {
            Directory.CreateDirectory(Backing);
            Directory.CreateDirectory(Mount);
            Do("mount", ["-t", "tmpfs", "-o", $"size={capacityMiB}m", "tmpfs", Backing], undo: ("umount", [Backing]));
            Do("truncate", ["-s", $"{FileSystemMiB}m", Image]);
            Do("mkfs.ext4", ["-q", "-O", "^has_journal", Image]);
            _device = Do("losetup", ["-f", "--show", Image]).Trim();
            _undo.Push(("losetup", ["-d", _device]));
            Do("mount", [_device, Mount], undo: ("umount", [Mount]));
            DataDirectory = Directory.CreateDirectory(Path.Combine(Mount, "data")).FullName;
        }
        catch (InvalidOperationException refused)
        {
            Dispose();
            Assert.Ignore($"SKIPPED: a really failing sync needs the right to mount: {refused.Message}");
            throw;
        }
    }

    /// <summary>On the disk that will fail.</summary>
    public string DataDirectory { get; }

    private string Backing => Path.Combine(_root, "backing");

    private string Mount => Path.Combine(_root, "mount");

    private string Image => Path.Combine(Backing, "image");

    private string Filling => Path.Combine(Backing, "filling");

    /// <summary>
    /// Takes all that the disk has left, and what holds only zeros: a volume that was promised and is not there. From here on no write that needs
    /// room on it reaches it, and journal segments that were filled with zeros in advance need room like any other. Nothing may write meanwhile.
    /// </summary>
    public void Fail()
    {
        Do("sync", ["-f", Mount]);
        Do("fallocate", ["--dig-holes", Image]);
        using var file = new FileStream(Filling, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var bytes = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(bytes);
            }
        }
        catch (IOException)
        {
            // Full, as it shall be.
        }
    }

    /// <summary>Gives the room back. What the page cache holds of it stays.</summary>
    public void Heal() => File.Delete(Filling);

    /// <summary>Forgets the page cache: what is read from now on comes from the disk.</summary>
    public void Remount()
    {
        Do("umount", [Mount]);
        Do("mount", [_device, Mount]);
    }

    public void Dispose()
    {
        while (_undo.TryPop(out var step))
        {
            Run(step.Command, step.Arguments, out _);
        }

        Directory.Delete(_root, recursive: true);
    }

    private string Do(string command, string[] arguments, (string Command, string[] Arguments)? undo = null)
    {
        if (Run(command, arguments, out var output) != 0)
        {
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {output.Trim()}");
        }

        if (undo is not null)
        {
            _undo.Push(undo.Value);
        }

        return output;
    }

    private static int Run(string command, string[] arguments, out string output)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            output = missing.Message;
            return -1;
        }
    }
}
