using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>Ping, time and exchangeInfo.</summary>
internal static class GeneralEndpoints
{
    public static ValueTask Ping(ApiRequest request)
    {
        if (request.EndParameters())
        {
            request.Json.WriteStartObject();
            request.Json.WriteEndObject();
        }

        return ValueTask.CompletedTask;
    }

    public static ValueTask Time(ApiRequest request)
    {
        if (request.EndParameters())
        {
            request.Json.WriteStartObject();
            request.WriteTime("serverTime"u8, request.Services.Time.NowUs);
            request.Json.WriteEndObject();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Symbols by <c>symbol</c>, by <c>symbols</c>, or all that have one of the <c>permissions</c> and the <c>symbolStatus</c>.
    /// </summary>
    public static ValueTask ExchangeInfo(ApiRequest request)
    {
        var isSingle = request.Has("symbol"u8);
        var isList = request.Has("symbols"u8);
        var hasPermissions = request.Has("permissions"u8);
        if ((isSingle ? 1 : 0) + (isList ? 1 : 0) + (hasPermissions ? 1 : 0) > 1
            || (request.Has("symbolStatus"u8) && (isSingle || isList)))
        {
            request.Fail(Errors.Combination);
        }

        var single = request.OptionalSymbol();
        var list = SymbolSelection.Symbols(request);
        var isSpot = SymbolSelection.IncludesSpot(request);
        var status = SymbolSelection.Status(request);
        var showsPermissionSets = request.Flag("showPermissionSets"u8, defaultValue: true);
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("timezone"u8, "UTC"u8);
        request.WriteTime("serverTime"u8, request.Services.Time.NowUs);
        WriteRateLimits(request);
        json.WriteStartArray("exchangeFilters"u8);
        json.WriteEndArray();
        json.WriteStartArray("symbols"u8);
        if (single is not null)
        {
            SymbolJson.Write(request, single, showsPermissionSets);
        }
        else if (list is not null)
        {
            list.ForEach(symbol => SymbolJson.Write(request, symbol, showsPermissionSets));
        }
        else if (isSpot)
        {
            foreach (var symbol in request.Services.Symbols.Symbols)
            {
                if (status is null || status == SymbolJson.StatusOf(request, symbol))
                {
                    SymbolJson.Write(request, symbol, showsPermissionSets);
                }
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private static void WriteRateLimits(ApiRequest request)
    {
        request.Json.WriteStartArray("rateLimits"u8);
        Write("REQUEST_WEIGHT", "MINUTE", 1, request.Services.Options.WeightLimitPerMinute);
        Write("ORDERS", "SECOND", 10, ApiOptions.StandardOrdersPer10Seconds);
        Write("ORDERS", "DAY", 1, ApiOptions.StandardOrdersPerDay);
        Write("RAW_REQUESTS", "MINUTE", 5, request.Services.Options.RawRequestLimitPer5Minutes);
        request.Json.WriteEndArray();

        void Write(string type, string interval, int intervalCount, int limit)
        {
            request.Json.WriteStartObject();
            request.Json.WriteString("rateLimitType"u8, type);
            request.Json.WriteString("interval"u8, interval);
            request.Json.WriteNumber("intervalNum"u8, intervalCount);
            request.Json.WriteNumber("limit"u8, limit);
            request.Json.WriteEndObject();
        }
    }
}
