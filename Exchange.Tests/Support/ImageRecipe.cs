using System.Text.Json;
using System.Text.RegularExpressions;

namespace Exchange.Tests.Support;

/// <summary>One instruction of a Dockerfile, its continued lines joined.</summary>
internal sealed record ImageInstruction(string Name, string Arguments);

/// <summary>
/// The Dockerfile, read for what a machine without Docker can do of it: run the build stage's steps in a folder, and start what the final
/// stage would start, with its environment. Knows the instructions that our Dockerfile uses and refuses others.
/// </summary>
internal sealed partial class ImageRecipe
{
    private static readonly string[] Known = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "EXPOSE", "USER", "HEALTHCHECK", "ENTRYPOINT"];

    private readonly List<List<ImageInstruction>> _stages = [];

    public ImageRecipe(string dockerfile)
    {
        foreach (var instruction in Read(dockerfile))
        {
            if (!Known.Contains(instruction.Name))
            {
                throw new InvalidDataException($"the Dockerfile has an instruction {instruction.Name} that this reader does not know");
            }

            if (instruction.Name == "FROM")
            {
                _stages.Add([]);
            }

            _stages[^1].Add(instruction);
        }
    }

    private List<ImageInstruction> Build => _stages[0];

    private List<ImageInstruction> Final => _stages[^1];

    /// <summary>Files and folders of the repository that the build stage gets: source, destination below its work folder.</summary>
    public IEnumerable<(string Source, string Destination)> Copies =>
        from copy in Build.Where(instruction => instruction.Name == "COPY")
        let parts = copy.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        from source in parts[..^1]
        select (source, parts[^1]);

    /// <summary>The build stage's instructions in order: copies and commands.</summary>
    public IEnumerable<ImageInstruction> BuildSteps => Build.Where(instruction => instruction.Name is "COPY" or "RUN");

    public IReadOnlyDictionary<string, string> Environment =>
        Final.Where(instruction => instruction.Name == "ENV").SelectMany(instruction => instruction.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    public string[] EntryPoint => JsonSerializer.Deserialize<string[]>(Single("ENTRYPOINT"))!;

    public string User => Single("USER");

    public string Volume => Single("VOLUME");

    /// <summary>The command of the health check.</summary>
    public string[] HealthCheck => JsonSerializer.Deserialize<string[]>(Single("HEALTHCHECK")[Single("HEALTHCHECK").IndexOf('[', StringComparison.Ordinal)..])!;

    private string Single(string name) => Final.Single(instruction => instruction.Name == name).Arguments;

    private static IEnumerable<ImageInstruction> Read(string dockerfile)
    {
        var joined = Continuation().Replace(string.Join('\n', dockerfile.Split('\n').Where(line => !line.StartsWith('#'))), " ");
        foreach (var line in joined.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(' ', 2);
            yield return new ImageInstruction(parts[0], parts[1].Trim());
        }
    }

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continuation();
}
