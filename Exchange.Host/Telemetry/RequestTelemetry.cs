using System.Diagnostics;
using Exchange.Host.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Exchange.Host.Telemetry;

/// <summary>
/// Around every request: names and tags the server's span, which this framework leaves bare, and measures trading requests end to end.
/// </summary>
internal sealed class RequestTelemetry(ExchangeMetrics metrics)
{
    private readonly HashSet<(string Method, string Path)> _trading =
        [.. EndpointTable.Rows.Where(row => row.Security == EndpointSecurity.Trade).Select(row => (row.Method, row.Path))];

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        await next(context);

        var method = context.Request.Method;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (route is not null && _trading.Contains((method, route)))
        {
            metrics.RecordOrderDuration(Stopwatch.GetElapsedTime(started), new TagList
            {
                { "http.request.method", method },
                { "http.route", route },
                { "http.response.status_code", context.Response.StatusCode },
            });
        }

        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            Describe(span, context, method, route);
        }
    }

    private static void Describe(Activity span, HttpContext context, string method, string? route)
    {
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route);

        // The path alone: queries carry signatures.
        span.SetTag("url.path", context.Request.Path.Value);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.Headers.TryGetValue("X-Exchange-Sequence", out var sequence))
        {
            span.SetTag("exchange.sequence", sequence.ToString());
        }

        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
