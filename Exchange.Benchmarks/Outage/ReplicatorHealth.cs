using System.Net;
using System.Text.Json;
using Exchange.Benchmarks.Processes;

namespace Exchange.Benchmarks.Outage;

/// <summary>What readiness says of a store.</summary>
internal sealed record ReplicatorHealth(string Name, string State, long Sequence, long LagSequences, long LagMs)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns every store of a host, which must be ready.</summary>
    public static async Task<IReadOnlyList<ReplicatorHealth>> ReadAsync(HostProcess host)
    {
        var body = await host.WaitForHealthAsync("ready", HttpStatusCode.OK).ConfigureAwait(false);
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("replicators").Deserialize<ReplicatorHealth[]>(JsonSerializerOptions.Web)!;
    }

    public static async Task<ReplicatorHealth> ReadAsync(HostProcess host, string store) =>
        (await ReadAsync(host).ConfigureAwait(false)).Single(each => each.Name == store);

    /// <summary>Completes when a store follows and lags no more than that.</summary>
    /// <param name="patience">Null for <see cref="HostProcess.Patience"/>.</param>
    /// <exception cref="TimeoutException">It did not come to that in time.</exception>
    public static async Task CaughtUpAsync(HostProcess host, string store, long lagMs = 0, TimeSpan? patience = null)
    {
        using var giveUp = new CancellationTokenSource(patience ?? HostProcess.Patience);
        while (await ReadAsync(host, store).ConfigureAwait(false) is var health && (health.State != "Following" || health.LagMs > lagMs))
        {
            if (giveUp.IsCancellationRequested)
            {
                throw new TimeoutException($"{store} does not catch up, it is {health}:\n{host.Output}");
            }

            await Task.Delay(PollInterval, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
