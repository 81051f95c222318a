using Exchange.Host.Composition;
using Exchange.Matching.Commands;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Api.OpenApi;

/// <summary>
/// <c>GET /openapi/v1.json</c>, and in a sandbox the page <c>/docs</c>. A venue has no page: it asks for a secret key, which belongs into no
/// browser there (infra/decisions/0040-api-document.md).
/// </summary>
internal static class DocumentationEndpoints
{
    public const string DocumentPath = "/openapi/v1.json";

    public static void MapDocumentation(this IEndpointRouteBuilder endpoints)
    {
        var isSandbox = endpoints.ServiceProvider.GetRequiredService<IOptions<ExchangeOptions>>().Value.ExchangeMode == ExchangeMode.Sandbox;
        var document = new Lazy<byte[]>(() => OpenApiDocument.Write(isSandbox));
        endpoints.MapGet(DocumentPath, (RequestDelegate)(context => WriteAsync(context, document.Value)));
        if (isSandbox)
        {
            new DocumentationPage().Map(endpoints);
        }
    }

    /// <summary>Tools on other origins may read it: it holds nothing that is not public.</summary>
    private static Task WriteAsync(HttpContext context, byte[] document)
    {
        context.Response.ContentType = "application/json;charset=UTF-8";
        context.Response.ContentLength = document.Length;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return context.Response.BodyWriter.WriteAsync(document, context.RequestAborted).AsTask();
    }
}
