using System.Net;
using Exchange.Matching.Commands;

namespace Exchange.Host.Composition;

/// <summary>Where and how this process runs (section <c>Exchange</c>). What trading does is never configured here: it is journaled.</summary>
public sealed class ExchangeOptions
{
    public const string Section = "Exchange";

    /// <summary>Folder of journal, lock and (in a sandbox) keys; default <c>./data</c>. One process at a time. Put a venue's on a volume of its own.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>
    /// <c>sandbox</c> (default: anyone may open funded accounts, loopback only) or <c>venue</c>. Fixed by the first start of a data directory.
    /// </summary>
    public string Mode { get; set; } = "sandbox";

    /// <summary><c>engine</c>: everything in this process. The stateless gateway role does not exist yet.</summary>
    public string Role { get; set; } = "engine";

    /// <summary>
    /// Address of the control listener, which answers health checks and operators, for example <c>http://127.0.0.1:8081</c>; empty (default) for
    /// none: the exchange can then not be administered. It keeps answering when the main listener's connections are used up.
    /// </summary>
    public string ControlUrl { get; set; } = "";

    public SandboxOptions Sandbox { get; set; } = new();

    public ExchangeMode ExchangeMode => Mode == "venue" ? ExchangeMode.Venue : ExchangeMode.Sandbox;

    /// <summary>Returns what is wrong and what to write instead, or null.</summary>
    /// <param name="urls">Every address that the process would listen on, wherever it is configured.</param>
    public string? Validate(IReadOnlyCollection<string> urls)
    {
        if (string.IsNullOrWhiteSpace(DataDirectory))
        {
            return "Exchange:DataDirectory is empty: write a folder, for example ./data";
        }

        if (Mode is not ("sandbox" or "venue"))
        {
            return $"Exchange:Mode '{Mode}' is unknown: write sandbox or venue";
        }

        if (Role != "engine")
        {
            return $"Exchange:Role '{Role}' is unknown: write engine";
        }

        if (ControlUrl.Length > 0 && !IsControlAddress(ControlUrl))
        {
            return $"Exchange:ControlUrl '{ControlUrl}' is no address with a port: write for example http://127.0.0.1:8081";
        }

        if (ControlUrl.Length > 0 && urls.Any(url => PortOf(url) == PortOf(ControlUrl)))
        {
            return $"Exchange:ControlUrl '{ControlUrl}' has the port of the main listener: choose another port, requests are told apart by it";
        }

        if (Sandbox.MarketMakerIntervalMs is < 50 or > 60_000)
        {
            return $"Exchange:Sandbox:MarketMakerIntervalMs is {Sandbox.MarketMakerIntervalMs}: write milliseconds from 50 to 60000";
        }

        if (Sandbox.MarketMakerIdleSeconds is < 0 or > 86_400)
        {
            return $"Exchange:Sandbox:MarketMakerIdleSeconds is {Sandbox.MarketMakerIdleSeconds}: write seconds from 0 (never rest) to 86400";
        }

        foreach (var url in ControlUrl.Length > 0 ? urls.Append(ControlUrl) : urls)
        {
            if (ExchangeMode == ExchangeMode.Sandbox && !Sandbox.AllowRemote && !IsLoopback(url))
            {
                return $"a sandbox gives money to anyone who asks, so it listens on loopback only: '{url}' is not; "
                    + "write http://127.0.0.1:8080, or set Exchange:Sandbox:AllowRemote=true if you know who can reach it";
            }
        }

        return null;
    }

    private static bool IsControlAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") && address.Port > 0;

    private static int PortOf(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Port;
        }
        catch (FormatException)
        {
            // Not an address: Kestrel refuses it with its own words.
            return 0;
        }
    }

    // Read as Kestrel reads it: it listens everywhere for http://*:80, http://+:80 and any name but localhost, even for one such as
    // "loopback" that a Uri takes for this machine.
    private static bool IsLoopback(string url)
    {
        try
        {
            var host = BindingAddress.Parse(url).Host;
            return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>The sandbox's own settings (section <c>Exchange:Sandbox</c>).</summary>
public sealed class SandboxOptions
{
    /// <summary>Lets a sandbox listen on other addresses than loopback; default false. Everyone who reaches it can open funded accounts.</summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Two accounts of the sandbox's own quote its first markets on both sides and trade now and then; default true. Turn it off for books that
    /// nobody but you touches.
    /// </summary>
    public bool MarketMakers { get; set; } = true;

    /// <summary>What the market makers draw their choices from; default 1. The same seed walks the same way after every start.</summary>
    public long MarketMakerSeed { get; set; } = 1;

    /// <summary>
    /// Milliseconds from one step of the market makers to the next, 50 to 60,000; default 1,000. A step moves each market at most by 0.02 % and
    /// sends some five commands in all: shorter is livelier and fills the journal faster.
    /// </summary>
    public int MarketMakerIntervalMs { get; set; } = 1_000;

    /// <summary>
    /// Seconds without a request after which the market makers rest, so that a sandbox which nobody uses writes nothing; the next request wakes
    /// them. 0 to 86,400, default 3,600; 0 lets them never rest.
    /// </summary>
    public int MarketMakerIdleSeconds { get; set; } = 3_600;
}
