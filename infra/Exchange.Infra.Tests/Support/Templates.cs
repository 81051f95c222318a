using System.Text.Json.Nodes;
using Amazon.CDK;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Tests.Support;

/// <summary>One resource of a synthesized template.</summary>
internal sealed record Resource(string Stack, string Id, string Type, JsonObject Body)
{
    public JsonObject Properties => Body[nameof(Properties)] as JsonObject ?? [];

    public string? DeletionPolicy => (string?)Body[nameof(DeletionPolicy)];

    /// <summary>Returns what stands at a path such as <c>A/B/0</c> below the properties, or null.</summary>
    public JsonNode? At(string path)
    {
        JsonNode? node = Properties;
        foreach (var step in path.Split('/'))
        {
            node = node switch
            {
                JsonObject found => found[step],
                JsonArray list when int.TryParse(step, out var index) && index < list.Count => list[index],
                _ => null,
            };
        }

        return node;
    }

    public override string ToString() => $"{Stack}/{Id} ({Type})";
}

/// <summary>The templates of one environment, synthesized once for all tests.</summary>
internal sealed class Templates
{
    private static readonly Dictionary<string, Lazy<Templates>> ByEnvironment =
        EnvironmentNames.ToDictionary(name => name, name => new Lazy<Templates>(() => new Templates(name)));

    private Templates(string environment)
    {
        Settings = EnvironmentSettings.Read(RepositoryRoot.Path("infra", "environments"), environment);
        var folder = Directory.CreateTempSubdirectory("exchange-infra").FullName;
        try
        {
            System.Environment.SetEnvironmentVariable("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20");
            var app = new App(new AppProps { Outdir = folder, AnalyticsReporting = false });
            _ = new ExchangeApp(app, Settings);
            app.Synth();
            Json = Directory.GetFiles(folder, "*.template.json").ToDictionary(
                file => Path.GetFileName(file).Replace($"exchange-{environment}-", "").Replace(".template.json", ""),
                file => File.ReadAllText(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Resources = [.. Json.OrderBy(stack => stack.Key, StringComparer.Ordinal).SelectMany(stack => Read(stack.Key, stack.Value))];
    }

    public static string[] EnvironmentNames => ["sandbox", "staging", "production"];

    public static Templates Production => Of("production");

    public EnvironmentSettings Settings { get; }

    /// <summary>The text of each template by the stack's part, such as <c>data</c>.</summary>
    public IReadOnlyDictionary<string, string> Json { get; }

    public IReadOnlyList<Resource> Resources { get; }

    public static Templates Of(string environment) => ByEnvironment[environment].Value;

    public IEnumerable<Resource> OfType(string type) => Resources.Where(resource => resource.Type == type);

    public Resource Single(string type) => OfType(type).Single();

    private static IEnumerable<Resource> Read(string stack, string json) =>
        from entry in (JsonObject)JsonNode.Parse(json)![nameof(Resources)]!
        let body = (JsonObject)entry.Value!
        select new Resource(stack, entry.Key, (string)body["Type"]!, body);
}

/// <summary>Files of the checkout that these tests were built from.</summary>
internal static class RepositoryRoot
{
    private static readonly string Root = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Exchange.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not lie in a checkout: Exchange.sln was not found above them");
    }
}
