using System.Buffers;
using System.Text.Json;
using Exchange.Matching.Journal;
using Exchange.Replication;

namespace Exchange.Host.Health;

/// <summary>
/// Liveness (the process answers) and readiness (it takes orders). They pass no limit and need no key, so that a load balancer
/// always gets an answer; mapped on the main and on the control listener.
/// </summary>
internal static class HealthEndpoints
{
    public const string LivePath = "/health/live";

    public const string ReadyPath = "/health/ready";

    private const long MicrosecondsPerMillisecond = 1_000;

    public static IEndpointRouteBuilder MapExchangeHealth(this IEndpointRouteBuilder endpoints, IExchangeStatus status)
    {
        endpoints.MapGet(LivePath, (RequestDelegate)(context => WriteAsync(context, StatusCodes.Status200OK, "live", status)));
        endpoints.MapGet(ReadyPath, (RequestDelegate)(context => status.IsReady
            ? WriteAsync(context, StatusCodes.Status200OK, "ready", status)
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "unavailable", status)));
        return endpoints;
    }

    private static async Task WriteAsync(HttpContext context, int statusCode, string answer, IExchangeStatus status)
    {
        var body = new ArrayBufferWriter<byte>(128);
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, answer);
            json.WriteString("phase"u8, status.Phase);
            json.WriteNumber("sequence"u8, status.Sequence);
            json.WriteString("disk"u8, NameOf(status.Room));
            if (status.Housekeeping is { } housekeeping)
            {
                json.WriteNumber("snapshotSequence"u8, housekeeping.SnapshotSequence);
                json.WriteString("problem"u8, housekeeping.Problem);
                json.WriteStartArray("rebuildNeeded"u8);
                foreach (var follower in housekeeping.RebuildNeeded)
                {
                    json.WriteStringValue(follower);
                }

                json.WriteEndArray();
            }

            WriteReplicators(json, status.Replicators);
            json.WriteEndObject();
        }

        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "application/json;charset=UTF-8";
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Not why one fails: that names machines, and anybody may ask here.</summary>
    private static void WriteReplicators(Utf8JsonWriter json, IReadOnlyList<ReplicatorStatus> replicators)
    {
        json.WriteStartArray("replicators"u8);
        foreach (var replicator in replicators)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, replicator.Name);
            json.WriteString("state"u8, replicator.State.ToString());
            json.WriteNumber("sequence"u8, replicator.AppliedSequence);
            json.WriteNumber("lagSequences"u8, replicator.LagSequences);
            json.WriteNumber("lagMs"u8, replicator.LagUs / MicrosecondsPerMillisecond);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string NameOf(JournalRoom room) => room switch
    {
        JournalRoom.Normal => "normal",
        JournalRoom.Reserve => "full: cancels only",
        _ => "full: nothing is taken",
    };
}
