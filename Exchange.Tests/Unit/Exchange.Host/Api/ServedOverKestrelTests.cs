using System.Net.Sockets;
using System.Text;
using Exchange.Accounts;
using Exchange.Host.Api;
using Exchange.Host.Health;
using Exchange.Host.Security;
using Exchange.MarketData;
using Exchange.Matching.Ports;
using Exchange.Orders;
using Exchange.Replication;
using Exchange.Risk;
using Exchange.Tests.Support.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

/// <summary>The registration and the routes on a real server: raw bytes on the wire, unknown paths, wrong methods, health.</summary>
public sealed class ServedOverKestrelTests
{
    private ApiHarness _api = null!;
    private WebApplication _application = null!;
    private Uri _address = null!;
    private string _directory = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _api = new ApiHarness();
        _directory = Directory.CreateTempSubdirectory("exchange-kestrel-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([new("Exchange:DataDirectory", _directory)]);
        builder.Services.AddExchangeApi(builder.Configuration);
        builder.Services.AddSingleton<IOrdersModule>(_api.Orders);
        builder.Services.AddSingleton<IAccountsModule>(_api.Accounts);
        builder.Services.AddSingleton<IMarketDataModule>(_api.MarketData);
        builder.Services.AddSingleton<IRiskModule>(_api.Risk);
        builder.Services.AddSingleton(_api.Services.Administration);
        builder.Services.AddSingleton<IJournalTime>(_api.Time);
        builder.Services.AddSingleton<IExchangeStatus>(_api.Status);
        builder.Services.AddSingleton(_api.Symbols);
        _application = builder.Build();
        _application.MapExchangeApi();
        var secrets = _application.Services.GetRequiredService<SecretProtector>();
        _api.Accounts.Keys[ApiHarness.ApiKey] =
            new ApiKey(ApiHarness.ApiKey, ApiHarness.AccountId, secrets.Protect(ApiHarness.ApiKey, Encoding.ASCII.GetBytes(ApiHarness.Secret)));
        await _application.StartAsync();
        _address = new Uri(_application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _application.DisposeAsync();
        _api.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_signature_over_raw_brackets_quotes_and_lower_case_escapes_is_accepted()
    {
        const string Payload = "symbol=BTCUSDT&side=BUY&type=MARKET&timestamp=1700000000000";
        const string Body = "quantity=%31&newClientOrderId=a%3ab%2f%3A";
        var signature = ApiHarness.Sign(Payload + Body);

        var answer = await RawAsync("POST", $"/api/v3/order/test?{Payload}&signature={signature}", Body, $"X-MBX-APIKEY: {ApiHarness.ApiKey}\r\nContent-Type: application/json\r\n");
        var list = await RawAsync("GET", "/api/v3/ticker/price?symbols=[\"BTCUSDT\"]", "", "");

        Assert.That(answer, Does.StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("\r\n\r\n{}"));
        Assert.That(list, Does.StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("""[{"symbol":"BTCUSDT","price":"0.00000000"}]"""));
    }

    [Test]
    public async Task A_chunked_form_body_is_read_on_delete()
    {
        var payload = "symbol=BTCUSDT&orderId=0&timestamp=1700000000000";
        payload += "&signature=" + ApiHarness.Sign(payload);
        var chunked = $"{payload.Length:x}\r\n{payload}\r\n0\r\n\r\n";

        var answer = await RawAsync("DELETE", "/api/v3/order", chunked, $"X-MBX-APIKEY: {ApiHarness.ApiKey}\r\nTransfer-Encoding: chunked\r\n", withLength: false);

        Assert.That(answer, Does.EndWith("""{"code":-2011,"msg":"Unknown order sent."}"""));
    }

    [Test]
    public async Task An_unknown_path_is_404_as_json_or_as_html()
    {
        var json = await RawAsync("GET", "/api/v3/nothing", "", "");
        var html = await RawAsync("GET", "/nothing.html", "", "Accept: text/html\r\n");

        Assert.That(json, Does.StartWith("HTTP/1.1 404 ").And.Contain("X-MBX-USED-WEIGHT-1M: ").And.EndWith("\r\n\r\n{}"));
        Assert.That(html, Does.StartWith("HTTP/1.1 404 ").And.Contain("text/html").And.Contain("404 Not Found"));
    }

    [Test]
    public async Task A_wrong_method_is_405_with_what_is_allowed()
    {
        var answer = await RawAsync("PUT", "/api/v3/order", "", "");

        Assert.That(answer, Does.StartWith("HTTP/1.1 405 ").And.Contain("Allow: POST, GET, DELETE\r\n"));
    }

    [Test]
    public async Task Health_tells_the_phase_and_liveness_stays()
    {
        var ready = await RawAsync("GET", "/health/ready", "", "");
        _api.Status.IsReady = false;
        _api.Status.Phase = "recovering";
        _api.Status.Sequence = 25;
        _api.Status.Replicators = [new ReplicatorStatus("sql", ReplicatorState.BackingOff, 7, 18, 2_345_678, 3, 40, 5, "10.0.0.7 refuses: password")];
        var recovering = await RawAsync("GET", "/health/ready", "", "");
        var live = await RawAsync("GET", "/health/live", "", "");
        (_api.Status.IsReady, _api.Status.Phase, _api.Status.Replicators) = (true, "running", []);
        const string Tail = """
            "phase":"recovering","sequence":25,"disk":"normal","replicators":[{"name":"sql","state":"BackingOff","sequence":7,"lagSequences":18,"lagMs":2345}]}
            """;

        Assert.That(ready, Does.StartWith("HTTP/1.1 200 ").And.EndWith("""{"status":"ready","phase":"running","sequence":0,"disk":"normal","replicators":[]}"""));
        Assert.That(recovering, Does.StartWith("HTTP/1.1 503 ").And.EndWith("""{"status":"unavailable",""" + Tail));
        Assert.That(live, Does.StartWith("HTTP/1.1 200 ").And.EndWith("""{"status":"live",""" + Tail));
    }

    [Test]
    public async Task The_root_tells_where_to_look()
    {
        Assert.That(await RawAsync("GET", "/", "", ""), Does.StartWith("HTTP/1.1 200 ").And.Contain("/api/v3/exchangeInfo"));
    }

    [Test]
    public async Task Every_row_is_mapped()
    {
        foreach (var row in EndpointTable.Rows)
        {
            var answer = await RawAsync(row.Method, row.Path, "", "");
            Assert.That(answer.Split(' ')[1], Is.AnyOf("200", "400", "401"), $"{row.Method} {row.Path}");
        }
    }

    private async Task<string> RawAsync(string method, string target, string body, string headers, bool withLength = true)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_address.Host, _address.Port);
        await using var stream = client.GetStream();
        var length = withLength ? $"Content-Length: {body.Length}\r\n" : "";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}{length}\r\n{body}"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
