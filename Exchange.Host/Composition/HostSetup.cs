using Microsoft.Extensions.Options;

namespace Exchange.Host.Composition;

/// <summary>Options, listeners and limits of the web server.</summary>
internal static class HostSetup
{
    private const string DefaultUrl = "http://127.0.0.1:8080";
    private const long RequestBodyBytesMax = 64 * 1024;
    private const int HeaderBytesMax = 16 * 1024;
    private const int HeadersMax = 64;
    private const long ConnectionsMax = 10_000;

    // Longer than the longest wait for a reply, so that a stop answers everybody.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Binds the options and checks them before anything is opened: a wrong value stops the start with what to write instead.</summary>
    public static void AddExchangeOptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExchangeOptions>().Bind(builder.Configuration.GetSection(ExchangeOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ExchangeOptions>>(new ExchangeOptionsValidator([.. Urls(builder.Configuration), .. KestrelUrls(builder.Configuration)]));
        builder.Services.AddOptions<EngineOptions>().Bind(builder.Configuration.GetSection(EngineOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>();
        builder.Services.AddOptions<HousekeepingOptions>().Bind(builder.Configuration.GetSection(HousekeepingOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<HousekeepingOptions>>(
            new HousekeepingOptionsValidator());
    }

    public static void ConfigureListeners(this WebApplicationBuilder builder)
    {
        var control = builder.Configuration[$"{ExchangeOptions.Section}:{nameof(ExchangeOptions.ControlUrl)}"];
        string[] urls = string.IsNullOrEmpty(control) ? Urls(builder.Configuration) : [.. Urls(builder.Configuration), control];
        builder.WebHost.UseUrls(urls);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBodyBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
            kestrel.Limits.MaxRequestHeaderCount = HeadersMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        });
    }

    /// <summary>The control listener answers health checks and operators, nobody else does the latter.</summary>
    public static void UseControlListener(this WebApplication app)
    {
        var control = app.Services.GetRequiredService<IOptions<ExchangeOptions>>().Value.ControlUrl;
        var port = control.Length == 0 ? 0 : new Uri(control).Port;
        app.Use((context, next) =>
        {
            var path = context.Request.Path;
            var isServed = context.Connection.LocalPort == port && port != 0
                ? path.StartsWithSegments("/health") || path.StartsWithSegments("/admin")
                : !path.StartsWithSegments("/admin");
            if (isServed)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Addresses of the web server's own section, which take the place of the others where there are any.</summary>
    private static IEnumerable<string> KestrelUrls(ConfigurationManager configuration) =>
        configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "");

    private static string[] Urls(ConfigurationManager configuration) =>
        (configuration[WebHostDefaults.ServerUrlsKey] ?? DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

internal sealed class ExchangeOptionsValidator(string[] urls) : IValidateOptions<ExchangeOptions>
{
    public ValidateOptionsResult Validate(string? name, ExchangeOptions options) =>
        options.Validate(urls) is { } error ? ValidateOptionsResult.Fail(error) : ValidateOptionsResult.Success;
}
