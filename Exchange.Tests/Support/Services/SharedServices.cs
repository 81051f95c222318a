namespace Exchange.Tests.Support.Services;

/// <summary>
/// All stores, started once per test run when a test first asks for them, and ended behind the last test. An outage test may start some of its own, or
/// break a shared one and mend it before it ends.
/// </summary>
internal static class SharedServices
{
    private static readonly Lazy<LocalServices> LazyShared = new(Start);

    extension(LocalServices)
    {
        public static LocalServices Shared => LazyShared.Value;
    }

    /// <summary>Ends them if a test has started them.</summary>
    public static void End()
    {
        if (LazyShared.IsValueCreated)
        {
            LazyShared.Value.Dispose();
        }
    }

    /// <summary>The test command names a folder, and ends what is left in it even when this process is killed.</summary>
    private static LocalServices Start() =>
        new(Environment.GetEnvironmentVariable("EXCHANGE_SERVICES_FOLDER") is { Length: > 0 } given ? given : LocalServices.NewFolder(), []);
}
