using System.Net;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Api;

/// <summary>Limits of the HTTP edge: section <c>Exchange:Api</c>. Validated at start.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Exchange:Api";

    /// <summary>Orders per ten seconds of an account of the standard tier, as exchangeInfo shows it.</summary>
    public const int StandardOrdersPer10Seconds = 100;

    /// <summary>Orders per day (UTC) of an account of the standard tier, as exchangeInfo shows it.</summary>
    public const int StandardOrdersPerDay = 200_000;

    /// <summary>Longest request body, bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>
    /// Request weight that one address may use per minute; 1 to 1,000,000,000, default 6,000. Lower protects the reads of many
    /// from a few that poll; higher suits clients that share an address (a proxy, an office).
    /// </summary>
    public int WeightLimitPerMinute { get; set; } = 6_000;

    /// <summary>
    /// Requests of any weight that one address may send per five minutes; 1 to 1,000,000,000, default 300,000. Bounds order entry,
    /// which costs no weight when it succeeds.
    /// </summary>
    public int RawRequestLimitPer5Minutes { get; set; } = 300_000;

    /// <summary>
    /// Answers 429 within a minute after which an address is banned (418); 1 to 1,000,000, default 50. Lower ends abuse sooner but
    /// hits a client that merely retries in a burst.
    /// </summary>
    public int RejectionsBeforeBan { get; set; } = 50;

    /// <summary>
    /// Milliseconds that a request waits for the engine before it answers 504 with an unknown outcome; 1 to 60,000, default 10,000.
    /// Lower frees connections sooner in a stall; higher leaves fewer clients in doubt about their orders.
    /// </summary>
    public int BackendTimeoutMs { get; set; } = 10_000;

    /// <summary>
    /// Networks of the proxies in front, such as <c>10.30.0.0/16,fd00::/8</c>; empty (default) for none. A request that comes from one of them
    /// belongs to the address in its <c>X-Forwarded-For</c>. Without it all clients behind a load balancer share one limit; with a network that
    /// clients can call from, they can forge their address.
    /// </summary>
    public string TrustedProxies { get; set; } = "";

    /// <summary>Proxies that a request passes, each of which appends an address; 1 to 10, default 1. CloudFront before a load balancer makes 2.</summary>
    public int ForwardedHops { get; set; } = 1;

    /// <summary>Returns the trusted networks.</summary>
    /// <exception cref="FormatException">One of them is no network.</exception>
    public IPNetwork[] TrustedProxyNetworks() =>
        [.. TrustedProxies.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(network => IPNetwork.Parse(network))];
}

/// <summary>Refuses a start with limits out of range.</summary>
internal sealed class ApiOptionsValidator : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.WeightLimitPerMinute), options.WeightLimitPerMinute, 1_000_000_000);
        Check(nameof(options.RawRequestLimitPer5Minutes), options.RawRequestLimitPer5Minutes, 1_000_000_000);
        Check(nameof(options.RejectionsBeforeBan), options.RejectionsBeforeBan, 1_000_000);
        Check(nameof(options.BackendTimeoutMs), options.BackendTimeoutMs, 60_000);
        Check(nameof(options.ForwardedHops), options.ForwardedHops, 10);
        foreach (var network in options.TrustedProxies.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IPNetwork.TryParse(network, out _))
            {
                failures.Add($"{ApiOptions.Section}:{nameof(options.TrustedProxies)} '{network}' is no network: write for example 10.30.0.0/16, several with commas between");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string option, int value, int most)
        {
            if (value < 1 || value > most)
            {
                failures.Add($"{ApiOptions.Section}:{option} is {value}; it must lie in 1..{most}");
            }
        }
    }
}
