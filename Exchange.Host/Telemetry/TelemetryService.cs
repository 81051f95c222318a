using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Exchange.Host.Telemetry;

/// <summary>Builds the providers with the start of the host, and sends what they still hold at its end.</summary>
internal sealed class TelemetryService(MeterProvider meters, TracerProvider tracers, ExchangeMetrics metrics) : IHostedService
{
    /// <summary>How long the end of the process may wait for a collector, in milliseconds.</summary>
    private const int FlushMs = 2_000;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Asked for here so that the instruments exist before the first request.
        ArgumentNullException.ThrowIfNull(metrics);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            meters.ForceFlush(FlushMs);
            tracers.ForceFlush(FlushMs);
        },
        CancellationToken.None);
}
