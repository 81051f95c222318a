namespace Exchange.Host.Api.Endpoints;

/// <summary>An account's order counts in the windows that run now.</summary>
internal static class RateLimitEndpoints
{
    /// <summary>A window that has no limit for this account is left out: a limit of 0 would read as "no orders".</summary>
    public static ValueTask GetOrderCounts(ApiRequest request)
    {
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var counts = request.Services.Risk.CountsOf(request.AccountId, request.Services.Time.NowUs);
        request.Json.WriteStartArray();
        Write(request, "SECOND", 10, counts.LimitPer10Seconds, counts.Per10Seconds);
        Write(request, "DAY", 1, counts.LimitPerDay, counts.PerDay);
        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static void Write(ApiRequest request, string interval, int intervalCount, int limit, int count)
    {
        if (limit == 0)
        {
            return;
        }

        request.Json.WriteStartObject();
        request.Json.WriteString("rateLimitType"u8, "ORDERS"u8);
        request.Json.WriteString("interval"u8, interval);
        request.Json.WriteNumber("intervalNum"u8, intervalCount);
        request.Json.WriteNumber("limit"u8, limit);
        request.Json.WriteNumber("count"u8, count);
        request.Json.WriteEndObject();
    }
}
