namespace Exchange.Tests.Support;

/// <summary>
/// A library that is preloaded into a host and makes its journal fail or wait while a trigger file exists; `fault-shim.c` says how. It is
/// compiled here, once; a test on a machine without gcc is skipped, which the summary of the run tells.
/// </summary>
internal sealed class FaultShim : IDisposable
{
    private static readonly Lazy<string> Library = new(() => PreloadedLibrary.Compile("fault-shim.c"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("exchange-fault-");

    private string FailFile => Path.Combine(_folder.FullName, "fail");

    private string HoldFile => Path.Combine(_folder.FullName, "hold");

    /// <summary>Puts the shim in front of the next starts of a host.</summary>
    /// <param name="failingCalls">What fails after <see cref="Fail"/>: `pwrite`, `fdatasync` or both.</param>
    public void PreloadInto(HostProcess host, string failingCalls = "")
    {
        host.Settings["LD_PRELOAD"] = Library.Value;
        host.Settings["FAULT_FAIL_CALLS"] = failingCalls;
        host.Settings["FAULT_FAIL_FILE"] = FailFile;
        host.Settings["FAULT_HOLD_FILE"] = HoldFile;
    }

    /// <summary>From here on the named calls fail.</summary>
    public void Fail() => File.Create(FailFile).Dispose();

    /// <summary>From here on reads of the journal wait.</summary>
    public void Hold() => File.Create(HoldFile).Dispose();

    /// <summary>Lets waiting reads go on.</summary>
    public void Release() => File.Delete(HoldFile);

    public void Dispose() => _folder.Delete(recursive: true);
}
