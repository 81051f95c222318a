namespace Exchange.Benchmarks.Processes;

/// <summary>The source tree that this program was built from.</summary>
public static class RepositoryFiles
{
    private static readonly string[] GeneratedFolders =
        [".git", "bin", "obj", "data", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules", ".vs", ".idea"];

    /// <summary>Absolute path of the folder that holds `Exchange.sln`.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Returns the absolute path of a file or folder named relative to the root.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>Returns the paths, relative to the root, of all files that belong to the source tree, in ordinal order.</summary>
    public static IReadOnlyList<string> All()
    {
        List<string> files = [];
        Collect(Root, files);
        return [.. files.Select(file => System.IO.Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal)];
    }

    private static void Collect(string folder, List<string> files)
    {
        files.AddRange(Directory.GetFiles(folder));
        foreach (var inner in Directory.GetDirectories(folder))
        {
            if (!GeneratedFolders.Contains(System.IO.Path.GetFileName(inner)))
            {
                Collect(inner, files);
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Exchange.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Exchange.sln");
    }
}
