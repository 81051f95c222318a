using Exchange.Matching.Ports;

namespace Exchange.Benchmarks.Core;

/// <summary>Stands where the engine loop wants a place for quarantine files: a benchmark whose command breaks the engine has failed.</summary>
internal sealed class NoStorage : IStorage
{
    public IStorageFile Open(string name, bool create, bool syncedWrites = false) => throw Unwanted(name);

    public bool Exists(string name) => throw Unwanted(name);

    public IReadOnlyList<string> List(string folder) => throw Unwanted(folder);

    public void Rename(string from, string to) => throw Unwanted(from);

    public void Delete(string name) => throw Unwanted(name);

    public void CreateFolder(string folder) => throw Unwanted(folder);

    public void SyncFolder(string folder) => throw Unwanted(folder);

    private static InvalidOperationException Unwanted(string name) => new($"a command broke the engine: '{name}' is not written");
}
