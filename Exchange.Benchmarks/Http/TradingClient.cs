using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Exchange.Benchmarks.Http;

/// <summary>An account as its owner knows it.</summary>
public sealed record TradingAccount(long AccountId, string ApiKey, string SecretKey);

/// <summary>What the exchange answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Sequence">Header `X-Exchange-Sequence`; 0 when there is none.</param>
/// <param name="Body">As received.</param>
public sealed record TradingAnswer(int Status, long Sequence, string Body)
{
    /// <summary>Header `X-Exchange-Complete-Sequence`; 0 when there is none.</summary>
    public long CompleteSequence { get; init; }

    public bool IsOk => Status == 200;

    /// <summary>Header `Retry-After`; null when there is none.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The body's `code`; 0 for an answer without one.</summary>
    public int Code => !IsOk && Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("code", out var code) ? code.GetInt32() : 0;

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public override string ToString() => $"{Status} {Body}";
}

/// <summary>
/// A client of the trading API, written from its description and sharing no code with the host: parameters in the query, signed with
/// HMAC-SHA256 over the query as it is sent. It repeats nothing. Any thread.
/// </summary>
public sealed class TradingClient : IDisposable
{
    private const int RecvWindowMs = 60_000;

    /// <summary>What a busy machine may need for one answer; a healthy one needs a fraction.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http;
    private readonly TradingAccount? _account;
    private readonly byte[] _secret;

    /// <param name="url">Scheme, host and port.</param>
    /// <param name="account">Who signs; null for public requests only.</param>
    /// <param name="connections">Most connections open at once.</param>
    public TradingClient(string url, TradingAccount? account = null, int connections = 1)
    {
        _account = account;
        _secret = Encoding.ASCII.GetBytes(account?.SecretKey ?? "");
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false })
        {
            BaseAddress = new Uri(url),
            Timeout = Patience,
        };
        if (account is not null)
        {
            _http.DefaultRequestHeaders.Add("X-MBX-APIKEY", account.ApiKey);
        }
    }

    /// <summary>Opens a sandbox account without order limits.</summary>
    /// <param name="balances">Pairs as in `"USDT":"1000"`, separated by commas.</param>
    public static async Task<TradingAccount> OpenAccountAsync(string url, string balances)
    {
        using var client = new TradingClient(url);
        var answer = await client.PostJsonAsync("/sandbox/accounts", $$$"""{"tier":"unlimited","balances":{{{{balances}}}}}""");
        return answer.IsOk
            ? answer.Json.Deserialize<TradingAccount>(JsonSerializerOptions.Web)!
            : throw new InvalidOperationException($"the sandbox opened no account: {answer}");
    }

    /// <summary>Places an order.</summary>
    /// <param name="parameters">As in `symbol=BTCUSDT&amp;side=BUY&amp;…`, without timestamp and signature.</param>
    public Task<TradingAnswer> PlaceAsync(string parameters) => SignedAsync(HttpMethod.Post, "/api/v3/order", parameters);

    /// <summary>Finds an order by the id that its owner gave it.</summary>
    public Task<TradingAnswer> OrderAsync(string symbol, string clientOrderId) =>
        SignedAsync(HttpMethod.Get, "/api/v3/order", $"symbol={symbol}&origClientOrderId={clientOrderId}");

    public Task<TradingAnswer> OpenOrdersAsync() => SignedAsync(HttpMethod.Get, "/api/v3/openOrders", "");

    public Task<TradingAnswer> AccountAsync() => SignedAsync(HttpMethod.Get, "/api/v3/account", "");

    /// <summary>Reads something that needs no signature.</summary>
    public Task<TradingAnswer> GetAsync(string pathAndQuery) => SendAsync(new HttpRequestMessage(HttpMethod.Get, pathAndQuery));

    public Task<TradingAnswer> PostJsonAsync(string path, string json) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        });

    /// <summary>Sends a signed request.</summary>
    /// <exception cref="HttpRequestException">No answer came: what became of the request is unknown.</exception>
    /// <exception cref="TaskCanceledException">As above, after a long wait.</exception>
    public Task<TradingAnswer> SignedAsync(HttpMethod method, string path, string parameters)
    {
        if (_account is null)
        {
            throw new InvalidOperationException("a client without an account cannot sign");
        }

        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var query = string.Create(
            CultureInfo.InvariantCulture, $"{parameters}{(parameters.Length > 0 ? "&" : "")}recvWindow={RecvWindowMs}&timestamp={now}");
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(query)));
        return SendAsync(new HttpRequestMessage(method, $"{path}?{query}&signature={signature}"));
    }

    public void Dispose() => _http.Dispose();

    private async Task<TradingAnswer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await _http.SendAsync(request))
        {
            return new TradingAnswer((int)response.StatusCode, Number("X-Exchange-Sequence"), await response.Content.ReadAsStringAsync())
            {
                CompleteSequence = Number("X-Exchange-Complete-Sequence"),
                RetryAfter = response.Headers.TryGetValues("Retry-After", out var seconds) ? seconds.Single() : null,
            };

            long Number(string header) => response.Headers.TryGetValues(header, out var values)
                ? long.Parse(values.Single(), CultureInfo.InvariantCulture)
                : 0;
        }
    }
}
