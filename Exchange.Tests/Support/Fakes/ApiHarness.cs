using System.Net;
using System.Security.Cryptography;
using System.Text;
using Exchange.Accounts;
using Exchange.Host.Admin;
using Exchange.Host.Api;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Exchange.Tests.Support.Fakes;

/// <summary>An answer of the API.</summary>
internal sealed record ApiAnswer(int Status, string Body, IHeaderDictionary Headers)
{
    public string Header(string name) => Headers[name].ToString();
}

/// <summary>
/// The whole pipeline over fakes of the doors, with one symbol (BTCUSDT) and one account (7) whose key and secret are those of the
/// published signature vectors.
/// </summary>
internal sealed class ApiHarness : IDisposable
{
    public const string ApiKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
    public const string Secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    public const int AccountId = 7;

    private readonly string _directory = Directory.CreateTempSubdirectory("exchange-api-").FullName;
    private readonly ApiPipeline _pipeline;

    public ApiHarness(ApiOptions? options = null, ExchangeMode mode = ExchangeMode.Sandbox)
    {
        PublishedSymbols.Start(Symbols, mode);
        Btc = PublishedSymbols.Add(Symbols, PublishedSymbols.Spec("BTCUSDT", "BTC", "USDT"));
        Secrets = new SecretProtector(new SecretsOptions(), _directory);
        Accounts.Keys[ApiKey] = new ApiKey(ApiKey, AccountId, Secrets.Protect(ApiKey, Encoding.ASCII.GetBytes(Secret)));
        Services = new ApiServices(
            Orders, Accounts, MarketData, Risk, Symbols, new Administration(Gateway, Accounts, Secrets), Time, Status, Secrets, Options.Create(options ?? new ApiOptions()));
        _pipeline = new ApiPipeline(
            Services, new WeightLimiter(Services.Options), new RequestAuthenticator(Services), NullLogger<ApiPipeline>.Instance);
    }

    public FakeOrders Orders { get; } = new();

    public FakeAccounts Accounts { get; } = new();

    public FakeMarketData MarketData { get; } = new();

    public FakeRisk Risk { get; } = new();

    public FakeGateway Gateway { get; } = new();

    public FakeStatus Status { get; } = new();

    public ManualJournalTime Time { get; } = new();

    public SymbolDirectory Symbols { get; } = new();

    public SecretProtector Secrets { get; }

    public Symbol Btc { get; }

    public ApiServices Services { get; }

    public static string Sign(string payload) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Secret), Encoding.ASCII.GetBytes(payload)));

    /// <summary>Returns the lines as one: long JSON stays readable in a test.</summary>
    public static string Joined(string lines) => lines.ReplaceLineEndings("");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Sends a signed request with everything in the query.</summary>
    public Task<ApiAnswer> SignedAsync(string method, string path, string query, params (string Name, string Value)[] headers)
    {
        var payload = (query.Length == 0 ? "" : query + "&") + $"timestamp={Time.NowUs / 1_000}";
        return SendAsync(method, $"{path}?{payload}&signature={Sign(payload)}", null, [("X-MBX-APIKEY", ApiKey), .. headers]);
    }

    /// <summary>Sends a request as it is.</summary>
    public async Task<ApiAnswer> SendAsync(string method, string target, string? body = null, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Method = method;
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        var path = target.Split('?')[0];
        if (body is not null)
        {
            context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
            context.Request.ContentLength = Encoding.UTF8.GetByteCount(body);
        }

        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        if (context.Request.Headers.Remove("X-Test-Address", out var address))
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(address.ToString());
        }

        var answer = new MemoryStream();
        context.Response.Body = answer;
        await _pipeline.HandleAsync(context, EndpointTable.Rows.Single(row => row.Method == method && row.Path == path));
        return new ApiAnswer(context.Response.StatusCode, Encoding.UTF8.GetString(answer.ToArray()), context.Response.Headers);
    }
}
