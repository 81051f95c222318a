using System.Diagnostics;
using NUnit.Framework;

namespace Exchange.Tests.Support;

/// <summary>A real file system (tmpfs) so small that a test fills it. The test is skipped, loudly, where mounting is not allowed.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private const string Filler = "filler";

    /// <param name="kibibytes">What it holds.</param>
    public SmallFileSystem(int kibibytes)
    {
        Root = Directory.CreateTempSubdirectory("exchange-small-").FullName;
        var error = Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k,mode=0700", "tmpfs", Root);
        if (error is not null)
        {
            Directory.Delete(Root);
            Assert.Ignore($"SKIPPED: a small file system cannot be mounted here, so nothing is known about a disk that is really full: {error}");
        }
    }

    public string Root { get; }

    public long FreeBytes => new DriveInfo(Root).AvailableFreeSpace;

    /// <summary>Takes all free space but so many bytes.</summary>
    public void FillUpTo(long bytesLeft)
    {
        var bytes = new byte[64 << 10];
        using var filler = File.OpenHandle(Path.Combine(Root, Filler), FileMode.OpenOrCreate, FileAccess.Write);
        for (var offset = RandomAccess.GetLength(filler); FreeBytes > bytesLeft;)
        {
            var length = (int)Math.Min(bytes.Length, FreeBytes - bytesLeft);
            RandomAccess.Write(filler, bytes.AsSpan(0, length), offset);
            offset += length;
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Empty() => File.Delete(Path.Combine(Root, Filler));

    public void Dispose()
    {
        Run("umount", "-l", Root);
        Directory.Delete(Root);
    }

    private static string? Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return missing.Message;
        }
    }
}
