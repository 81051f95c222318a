using Exchange.Host.Health;

namespace Exchange.Host.Sandbox;

/// <summary>Tells the person at the terminal where the sandbox listens, a key pair, and what to try next; once it is ready.</summary>
internal sealed class SandboxBanner(SandboxSeed seed, IExchangeStatus status)
{
    /// <summary>Returns the text, or null while there is nothing to tell (not a sandbox, or not ready).</summary>
    public string? Text(string url)
    {
        if (seed.DemoKey is not { } key || !status.IsReady)
        {
            return null;
        }

        return $$$"""

              The sandbox is ready at {{{url}}}
              API key     {{{key.ApiKey}}}
              Secret key  {{{key.SecretKey}}}

              Try next, in another terminal:
                curl '{{{url}}}/api/v3/depth?symbol=BTCUSDT&limit=5'

                q="symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&timestamp=$(date +%s000)"
                curl -X POST -H 'X-MBX-APIKEY: {{{key.ApiKey}}}' '{{{url}}}/api/v3/order' -d "$q&signature=$(printf %s "$q" | openssl dgst -sha256 -hmac {{{key.SecretKey}}} -r | cut -d' ' -f1)"

                curl -X POST '{{{url}}}/sandbox/accounts' -d '{"balances":{"USDT":"100000","BTC":"1"}}'

            """;
    }
}
