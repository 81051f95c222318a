namespace Exchange.Infra;

/// <summary>
/// What the infrastructure relies on of the host: ports, paths, folders, option names. The tests compare each with the host's own assembly, so that
/// a rename there fails here and not at three in the morning.
/// </summary>
internal static class HostContract
{
    /// <summary>Trading listener of the engine.</summary>
    public const int TradingPort = 8080;

    /// <summary>Control listener, loopback only: administration by <c>Exchange.Host admin</c>.</summary>
    public const int ControlPort = 8081;

    /// <summary>Answers 200 only while orders are taken: what a load balancer asks.</summary>
    public const string ReadyPath = "/health/ready";

    /// <summary>Answers 200 while the process lives, a standby included.</summary>
    public const string LivePath = "/health/live";

    /// <summary>Trading routes: signed over the bytes as received, so nothing on the way may rewrite them.</summary>
    public const string TradingPaths = "/api/*";

    /// <summary>Journal and snapshots, on the data volume.</summary>
    public const string DataFolder = "/var/lib/exchange";

    /// <summary>Seconds that a stopping host takes at most to answer what it has admitted.</summary>
    public const int ShutdownSeconds = 15;

    /// <summary>OTLP over gRPC, where the collector beside the host listens.</summary>
    public const int OtlpPort = 4317;
}
