using System.Net;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Api;

/// <summary>
/// Whose request it is when proxies stand in front: each of them appends the address that it was called from to <c>X-Forwarded-For</c>, so the
/// client's is as many entries from the right as there are proxies. What stands further left came from the client and may be anything.
/// Read only when the connection itself comes from a proxy that is named; otherwise the connection's address counts, whatever the header says.
/// </summary>
internal sealed class ForwardedAddress
{
    private const string Header = "X-Forwarded-For";

    private readonly IPNetwork[] _proxies;
    private readonly int _hops;

    /// <param name="options">Validated.</param>
    public ForwardedAddress(ApiOptions options)
    {
        _proxies = options.TrustedProxyNetworks();
        _hops = options.ForwardedHops;
    }

    /// <summary>Returns the client's address, or the connection's where no trusted proxy tells another. Any thread.</summary>
    public IPAddress? Of(IPAddress? connection, string? forwardedFor)
    {
        if (connection is null || string.IsNullOrEmpty(forwardedFor) || !IsProxy(connection))
        {
            return connection;
        }

        var entries = forwardedFor.Split(',');
        return entries.Length >= _hops && IPAddress.TryParse(entries[^_hops].AsSpan().Trim(), out var client) ? client : connection;
    }

    /// <summary>Takes the client's address for the connection's, before anything looks at it.</summary>
    public static void Use(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        if (options.TrustedProxies.Length == 0)
        {
            return;
        }

        var forwarded = new ForwardedAddress(options);
        app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = forwarded.Of(context.Connection.RemoteIpAddress, context.Request.Headers[Header]);
            return next(context);
        });
    }

    private bool IsProxy(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _proxies.Any(network => network.Contains(plain));
    }
}
