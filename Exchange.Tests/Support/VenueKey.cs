namespace Exchange.Tests.Support;

/// <summary>What a venue needs to start: a key file outside the data directory, named in the host's settings.</summary>
internal sealed class VenueKey : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("exchange-key-");

    public VenueKey(HostProcess host)
    {
        var file = Path.Combine(_folder.FullName, "secrets.key");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("0123456789abcdef", 4)));
        host.Settings["Exchange__Secrets__KeyFile"] = file;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
