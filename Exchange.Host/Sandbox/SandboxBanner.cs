using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Exchange.Host.Sandbox;

/// <summary>Tells the person at the terminal where the sandbox listens, where its API is described, a key pair, and what to try next.</summary>
internal sealed class SandboxBanner(SandboxSeed seed, IServer server, IHostApplicationLifetime lifetime)
{
    /// <summary>Prints once the web server listens; call it when the sandbox is ready.</summary>
    public void PrintWhenListening() => lifetime.ApplicationStarted.Register(Print);

    private void Print()
    {
        if (seed.DemoKey is { } key && server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } url)
        {
            Console.Out.WriteLine(Text(url, key));
        }
    }

    private static string Text(string url, SandboxSeed.KeyPair key) =>
        $$$"""

              The sandbox is ready at {{{url}}}
              The API     {{{url}}}/docs
              API key     {{{key.ApiKey}}}
              Secret key  {{{key.SecretKey}}}

              Try next, in another terminal:
                curl '{{{url}}}/api/v3/depth?symbol=BTCUSDT&limit=5'

                q="symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=70000&timestamp=$(date +%s000)"
                curl -X POST -H 'X-MBX-APIKEY: {{{key.ApiKey}}}' '{{{url}}}/api/v3/order' -d "$q&signature=$(printf %s "$q" | openssl dgst -sha256 -hmac {{{key.SecretKey}}} -r | cut -d' ' -f1)"

                curl -X POST '{{{url}}}/sandbox/accounts' -d '{"balances":{"USDT":"100000","BTC":"1"}}'

              The same with ccxt, from the repository's folder:
                npm ci --prefix Exchange.Tests/Clients
                node Exchange.Tests/Clients/first-trade.mjs {{{url}}}

            """;
}
