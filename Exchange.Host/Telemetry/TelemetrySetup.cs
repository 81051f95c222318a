using System.Reflection;
using Exchange.Orders;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Exchange.Host.Telemetry;

/// <summary>Metrics, traces and logs over OTLP, where an endpoint is set; otherwise nothing of it is built.</summary>
internal static class TelemetrySetup
{
    private const string ServiceName = "exchange";

    /// <summary>The framework's own meters that are sent along with <see cref="ExchangeMetrics.MeterName"/>.</summary>
    private static readonly string[] FrameworkMeters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Diagnostics",
        "Microsoft.AspNetCore.Http.Connections", "System.Runtime", "System.Net.Http",
    ];

    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http"];

    /// <summary>After the modules: it puts a counting orders module in front of theirs.</summary>
    public static void AddExchangeTelemetry(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TelemetryOptions>().Bind(builder.Configuration.GetSection(TelemetryOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        if (!TelemetryOptions.IsOn)
        {
            return;
        }

        services.AddSingleton<ExchangeMetrics>();
        services.AddSingleton<RequestTelemetry>();
        CountOrders(services);
        services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(ExchangeMetrics.MeterName)
            .AddMeter(FrameworkMeters)
            .AddView(instrument => instrument.Meter.Name == ExchangeMetrics.MeterName && instrument.GetType().GetGenericTypeDefinition() == typeof(System.Diagnostics.Metrics.Histogram<>)
                ? new Base2ExponentialBucketHistogramConfiguration()
                : null)
            .AddOtlpExporter()
            .Build());
        services.AddSingleton(provider => Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(Describe)
            .AddSource(Sources)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.TraceRatio)))
            .AddOtlpExporter()
            .Build());
        builder.Logging.AddOpenTelemetry(logs =>
        {
            var resource = ResourceBuilder.CreateDefault();
            Describe(resource);
            logs.SetResourceBuilder(resource);
            logs.IncludeScopes = true;
            logs.IncludeFormattedMessage = true;
            logs.AddOtlpExporter();
        });
        services.AddHostedService<TelemetryService>();
    }

    /// <summary>Before everything else, so that a request is measured whole.</summary>
    public static void UseExchangeTelemetry(this WebApplication app)
    {
        if (TelemetryOptions.IsOn)
        {
            var telemetry = app.Services.GetRequiredService<RequestTelemetry>();
            app.Use(next => context => telemetry.InvokeAsync(context, next));
        }
    }

    private static void CountOrders(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IOrdersModule));
        services.AddSingleton<IOrdersModule>(provider => new MeteredOrders(
            (IOrdersModule)inner.ImplementationFactory!(provider), provider.GetRequiredService<ExchangeMetrics>()));
    }

    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what is set here.
    private static void Describe(ResourceBuilder resource)
    {
        var version = typeof(TelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        resource.AddService(ServiceName, serviceVersion: version).AddEnvironmentVariableDetector();
    }
}
