namespace Exchange.Tests.Support;

/// <summary>Where order flow for replays lies.</summary>
internal static class FlowFiles
{
    /// <summary>The synthetic flow that is kept in the repository.</summary>
    public static string Synthetic { get; } = RepositoryFiles.Path("Exchange.Tests", "Data", "synthetic_flow.csv");

    /// <summary>The directory of recorded flow, which need not exist: EXCHANGE_FLOW_DIR, or beside the repository.</summary>
    public static string RecordedDirectory =>
        Environment.GetEnvironmentVariable("EXCHANGE_FLOW_DIR") is { Length: > 0 } directory
            ? directory
            : Path.GetFullPath(RepositoryFiles.Path("..", "shared", "data"));
}
