using Exchange.Host.Api.OpenApi;
using Exchange.Host.Health;
using Exchange.Host.Security;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Api;

/// <summary>
/// What the composition root calls. It supplies the doors of the modules, <c>SymbolDirectory</c>, <c>ICommandGateway</c>,
/// <c>IJournalTime</c> and <see cref="IExchangeStatus"/>, and calls <see cref="SecretProtector.Initialize"/>
/// once the journaled mode is known.
/// </summary>
internal static class ApiRegistration
{
    private const string DefaultDataDirectory = "./data";

    public static IServiceCollection AddExchangeApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>();
        services.AddOptions<SecretsOptions>().Bind(configuration.GetSection(SecretsOptions.Section));
        services.AddSingleton(provider => new SecretProtector(
            provider.GetRequiredService<IOptions<SecretsOptions>>().Value,
            configuration["Exchange:DataDirectory"] is { Length: > 0 } directory ? directory : DefaultDataDirectory));
        services.AddSingleton(provider => new WeightLimiter(provider.GetRequiredService<IOptions<ApiOptions>>().Value));
        services.AddSingleton<ApiServices>();
        services.AddSingleton<RequestAuthenticator>();
        services.AddSingleton<ApiPipeline>();
        return services;
    }

    /// <summary>Maps the API, the sandbox, the health endpoints, the document, <c>GET /</c>, and the answer to paths that nobody has.</summary>
    public static IEndpointRouteBuilder MapExchangeApi(this IEndpointRouteBuilder endpoints)
    {
        var pipeline = endpoints.ServiceProvider.GetRequiredService<ApiPipeline>();
        foreach (var path in EndpointTable.Rows.GroupBy(row => row.Path))
        {
            var rows = path.ToArray();
            var allowed = string.Join(", ", rows.Select(row => row.Method));
            endpoints.Map(path.Key, context => Dispatch(pipeline, context, rows, allowed));
        }

        endpoints.MapExchangeHealth(endpoints.ServiceProvider.GetRequiredService<IExchangeStatus>());
        endpoints.MapDocumentation();
        endpoints.MapGet("/", WriteIndexAsync);
        endpoints.MapFallback("{**path}", pipeline.NotFoundAsync);
        return endpoints;
    }

    private static Task Dispatch(ApiPipeline pipeline, HttpContext context, ApiRow[] rows, string allowed)
    {
        foreach (var row in rows)
        {
            if (context.Request.Method == row.Method)
            {
                return pipeline.HandleAsync(context, row);
            }
        }

        return pipeline.MethodNotAllowedAsync(context, allowed);
    }

    private static Task WriteIndexAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain;charset=UTF-8";
        return context.Response.WriteAsync(
            """
            Exchange
              trading API     /api/v3/exchangeInfo   (wire-compatible with the Binance Spot API)
              document        /openapi/v1.json       (OpenAPI; in a sandbox also as a page: /docs)
              sandbox         POST /sandbox/accounts, POST /sandbox/markets
              health          /health/live, /health/ready

            """,
            context.RequestAborted);
    }
}
