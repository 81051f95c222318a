namespace Exchange.Tests.Support.PowerLoss;

/// <summary>Records what hosts do to one data directory, start after start, into one trace.</summary>
internal sealed class PowerTracer : IDisposable
{
    private static readonly Lazy<string> Library = new(() => PreloadedLibrary.Compile("PowerLoss", "power-trace.c"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("exchange-trace-");

    private string TraceFile => Path.Combine(_folder.FullName, "trace");

    private string KillFile => Path.Combine(_folder.FullName, "kill");

    /// <summary>Puts the tracer in front of every start of a host; its data directory must be empty before the first.</summary>
    public void PreloadInto(HostProcess host)
    {
        host.Settings["LD_PRELOAD"] = Library.Value;
        host.Settings["TRACE_ROOT"] = host.DataDirectory;
        host.Settings["TRACE_FILE"] = TraceFile;
        host.Settings["TRACE_KILL"] = KillFile;
    }

    /// <summary>
    /// Kills the host, which must be trading, between two changes of its directory. Why not a signal from outside: it may come between a change
    /// and its record, and the next host would find something that the trace does not know.
    /// </summary>
    public async Task KillAsync(HostProcess host)
    {
        await File.Create(KillFile).DisposeAsync();
        await host.WaitForExitAsync();
        File.Delete(KillFile);
    }

    /// <summary>Returns the whole trace; the host has ended.</summary>
    public IReadOnlyList<TraceRecord> Read() => TraceRecord.ReadAll(TraceFile);

    public void Dispose() => _folder.Delete(recursive: true);
}
