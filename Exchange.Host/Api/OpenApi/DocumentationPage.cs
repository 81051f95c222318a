using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Exchange.Host.Api.OpenApi;

/// <summary>
/// The page that shows the document and tries requests: Swagger UI from its package and a small page of ours around it, all served by this
/// process. Assets carry a hash of their content in their name, so that caches may keep them for ever. Immutable; any thread.
/// </summary>
internal sealed class DocumentationPage
{
    public const string Path = "/docs";

    private const string AssetPath = Path + "/assets/";
    private const string SwaggerPrefix = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";
    private const string PagePrefix = "Exchange.Host.Api.OpenApi.Page.";

    /// <summary>Styles are set in line by Swagger UI; scripts come from here alone.</summary>
    private const string SecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private readonly FrozenDictionary<string, Asset> _assets;
    private readonly byte[] _index;

    private sealed record Asset(string Name, string ContentType, byte[] Compressed, byte[] Plain)
    {
        /// <summary>The name with the first 64 bits of the content's hash before its ending.</summary>
        public string FingerprintedName => string.Concat(
            System.IO.Path.GetFileNameWithoutExtension(Name), ".", Convert.ToHexStringLower(SHA256.HashData(Plain).AsSpan(0, 8)), System.IO.Path.GetExtension(Name));
    }

    public DocumentationPage()
    {
        Asset[] assets =
        [
            FromPackage("swagger-ui.css", "text/css;charset=UTF-8"),
            FromPackage("swagger-ui-bundle.js", "text/javascript;charset=UTF-8"),
            FromPackage("favicon-32x32.png", "image/png"),
            Own("page.css", "text/css;charset=UTF-8"),
            Own("page.js", "text/javascript;charset=UTF-8"),
        ];
        _assets = assets.ToFrozenDictionary(asset => asset.FingerprintedName);
        var html = Encoding.UTF8.GetString(Read(typeof(DocumentationPage), PagePrefix + "index.html"));
        foreach (var asset in assets)
        {
            html = html.Replace($"{{{asset.Name}}}", AssetPath + asset.FingerprintedName, StringComparison.Ordinal);
        }

        _index = Encoding.UTF8.GetBytes(html);
    }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, (RequestDelegate)WriteIndexAsync);
        endpoints.MapGet(AssetPath + "{name}", (RequestDelegate)WriteAssetAsync);
    }

    private Task WriteIndexAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html;charset=UTF-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentSecurityPolicy = SecurityPolicy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return WriteAsync(context, _index);
    }

    private Task WriteAssetAsync(HttpContext context)
    {
        if (context.Request.RouteValues["name"] is not string name || !_assets.TryGetValue(name, out var asset))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = asset.ContentType;
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.Vary = "Accept-Encoding";
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        if (!accepted.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality != 0))
        {
            return WriteAsync(context, asset.Plain);
        }

        context.Response.Headers.ContentEncoding = "gzip";
        return WriteAsync(context, asset.Compressed);
    }

    private static Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = body.Length;
        return context.Response.BodyWriter.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>The package holds its files compressed.</summary>
    private static Asset FromPackage(string name, string contentType)
    {
        var compressed = Read(typeof(SwaggerUIOptions), SwaggerPrefix + name);
        using var plain = new MemoryStream();
        using (var unzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress))
        {
            unzip.CopyTo(plain);
        }

        return new Asset(name, contentType, compressed, plain.ToArray());
    }

    private static Asset Own(string name, string contentType)
    {
        var plain = Read(typeof(DocumentationPage), PagePrefix + name);
        using var compressed = new MemoryStream();
        using (var zip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(plain);
        }

        return new Asset(name, contentType, compressed.ToArray(), plain);
    }

    private static byte[] Read(Type ofAssembly, string resource)
    {
        using var stream = ofAssembly.Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource {resource} is missing in {ofAssembly.Assembly.GetName().Name}");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
