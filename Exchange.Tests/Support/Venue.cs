using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Exchange.Tests.Support;

/// <summary>A venue as its own process with a control listener, key file and the token of its administrator `root`. One caller at a time.</summary>
internal sealed class Venue : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("exchange-venue-");
    private readonly HttpClient _client = new();

    public Venue(bool withToken = true)
    {
        Host = new HostProcess();
        ControlUrl = HostProcess.NewUrl();
        var keyFile = Path.Combine(_folder.FullName, "secrets.key");
        File.WriteAllText(keyFile, string.Concat(Enumerable.Repeat("0123456789abcdef", 4)));
        Host.Settings["Exchange__Mode"] = "venue";
        Host.Settings["Exchange__Secrets__KeyFile"] = keyFile;
        Host.Settings["Exchange__ControlUrl"] = ControlUrl;
        if (withToken)
        {
            UseTokenFile(Token);
        }
    }

    public HostProcess Host { get; }

    public string ControlUrl { get; }

    /// <summary>What <see cref="PostAsync"/> and <see cref="GetAsync"/> send.</summary>
    public string Token { get; set; } = new('r', 40);

    public string TokenFile => Path.Combine(_folder.FullName, "root.token");

    public void UseTokenFile(string token)
    {
        File.WriteAllText(TokenFile, token + "\n");
        Host.Settings["Exchange__Admin__BootstrapTokenFile"] = TokenFile;
    }

    /// <summary>Folder of the key file and the token file.</summary>
    public string SecretsFolder => _folder.FullName;

    /// <summary>Asks for a change; the fields are members of a JSON object, without reason and id.</summary>
    public Task<(int Status, JsonElement Body)> PostAsync(string verb, string fields, Guid? requestId = null) =>
        SendAsync(HttpMethod.Post, ControlUrl, verb, $$"""{"requestId":"{{requestId ?? Guid.NewGuid()}}","reason":"a test"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""");

    public Task<(int Status, JsonElement Body)> GetAsync(string verb) => SendAsync(HttpMethod.Get, ControlUrl, verb, null);

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string url, string verb, string? body)
    {
        using var request = new HttpRequestMessage(method, $"{url}/admin/v1/{verb}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = Token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>A market BTCUSDT, accounts 1 and 2 with 10 BTC and 100,000 USDT each, and a key of each.</summary>
    public async Task<(string ApiKey, string Secret)[]> OpenMarketAsync()
    {
        await DoAsync("create-market", """
            "name":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT","tickSize":"0.01","maxPrice":"1000000","lotSize":"0.00001","maxQuantity":"9000"
            """);
        var keys = new (string, string)[2];
        for (var account = 1; account <= 2; account++)
        {
            await DoAsync("create-account", "");
            await DoAsync("deposit", $$"""
                "account":{{account}},"asset":"BTC","amount":"10"
                """);
            await DoAsync("deposit", $$"""
                "account":{{account}},"asset":"USDT","amount":"100000"
                """);
            var key = await DoAsync("create-key", $$"""
                "account":{{account}}
                """);
            keys[account - 1] = (key.GetProperty("apiKey").GetString()!, key.GetProperty("secretKey").GetString()!);
        }

        return keys;
    }

    /// <summary>Asks for a change that must be done.</summary>
    public async Task<JsonElement> DoAsync(string verb, string fields, Guid? requestId = null)
    {
        var (status, body) = await PostAsync(verb, fields, requestId);
        return status == 200 ? body : throw new InvalidOperationException($"{verb} {fields}: {status} {body}");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }
}
