using Microsoft.Extensions.Options;

namespace Exchange.Host.Telemetry;

/// <summary>
/// OpenTelemetry over OTLP: section <c>Exchange:Telemetry</c>, and the environment variables of the OpenTelemetry specification, of which
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> turns it on: without it nothing is measured, traced or sent.
/// </summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Exchange:Telemetry";
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Share of requests that are traced, 0 to 1, default 0.01, where the caller has not decided already (a <c>traceparent</c> header). Each traced
    /// request costs a few microseconds and about 1 KB to send.
    /// </summary>
    public double TraceRatio { get; set; } = 0.01;

    public static string Endpoint => Environment.GetEnvironmentVariable(EndpointVariable) ?? "";

    public static bool IsOn => Endpoint.Length > 0;
}

internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        if (TelemetryOptions.IsOn && !(Uri.TryCreate(TelemetryOptions.Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            return ValidateOptionsResult.Fail(
                $"{TelemetryOptions.EndpointVariable} '{TelemetryOptions.Endpoint}' is no address: write for example http://127.0.0.1:4317, or remove it");
        }

        return options.TraceRatio is >= 0 and <= 1
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{TelemetryOptions.Section}:{nameof(TelemetryOptions.TraceRatio)} is {options.TraceRatio}; it must lie in 0..1");
    }
}
