using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Exchange.Host.Api;
using Exchange.Host.Api.OpenApi;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>The document and its page as a running host serves them; what the document shows is what the host answers.</summary>
public sealed class ApiDocumentTests
{
    private HostProcess _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = new HostProcess();
        _host.Settings["Exchange__Sandbox__MarketMakers"] = "true";
        _host.Settings["Exchange__Sandbox__MarketMakerIntervalMs"] = "50";
        await _host.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task Every_example_of_the_document_is_answered_in_the_form_that_it_shows()
    {
        using var stranger = new TradingClient(_host.Url);
        var account = await stranger.PostJsonAsync("/sandbox/accounts", """{"balances":{"USDT":"100000"}}""");
        using var client = new TradingClient(_host.Url, account.Json.Deserialize<TradingAccount>(JsonSerializerOptions.Web));
        const string Resting = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000";
        var bought = await client.PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01");
        Assert.That(bought.IsOk, Is.True, bought.Body);

        // Trades of market and account are there from now on; the examples of orders follow one order through its life.
        foreach (var operation in OperationCatalogue.All)
        {
            var row = EndpointTable.Rows.Single(row => row.Method == operation.Method && row.Path == operation.Path);
            if (row is { Method: "DELETE", Path: "/api/v3/openOrders" })
            {
                await client.PlaceAsync(Resting);
            }

            var answer = operation.Body is { } body ? await client.PostJsonAsync(operation.Path, body)
                : row.Security == EndpointSecurity.None ? await client.GetAsync($"{operation.Path}?{operation.Example}")
                : await client.SignedAsync(new HttpMethod(operation.Method), operation.Path, operation.Example);

            Assert.That(answer.IsOk, Is.True, $"{operation.Method} {operation.Path}: {answer}");
            Assert.That(Difference(JsonSerializer.Deserialize<JsonElement>(operation.Response), answer.Json), Is.Null, $"{operation.Method} {operation.Path}: {answer}");
        }
    }

    [Test]
    public async Task The_page_and_all_that_it_needs_come_from_here_under_names_that_may_be_kept()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_host.Url) };
        using var page = await http.GetAsync("/docs");
        var html = await page.Content.ReadAsStringAsync();
        var references = Regex.Matches(html, "(?:src|href)=\"([^\"]*)\"").Select(match => match.Groups[1].Value).ToArray();

        Assert.That(page.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self';"));
        Assert.That(references, Has.Length.EqualTo(6), "three styles and icons, two scripts, the document");
        foreach (var reference in references)
        {
            using var answer = await http.GetAsync(reference);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), reference);
            if (reference != "/openapi/v1.json")
            {
                Assert.That(reference, Does.Match(@"^/docs/assets/[\w-]+\.[0-9a-f]{16}\.(css|js|png)$"));
                Assert.That(answer.Headers.CacheControl!.ToString(), Does.Contain("immutable"), reference);
                Assert.That(await UnzippedAsync(http, reference), Is.EqualTo(await answer.Content.ReadAsByteArrayAsync()), reference);
            }
        }

        using var unknown = await http.GetAsync("/docs/assets/page.0000000000000000.js");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_venue_serves_the_document_without_the_sandbox_and_no_page()
    {
        await using var venue = new HostProcess();
        venue.Settings["Exchange__Mode"] = "venue";
        using var key = new VenueKey(venue);
        await venue.StartAsync();
        using var client = new TradingClient(venue.Url);

        var document = await client.GetAsync("/openapi/v1.json");
        var page = await client.GetAsync("/docs");

        Assert.That(document.IsOk, Is.True, document.Body);
        Assert.That(document.Json.GetProperty("paths").EnumerateObject().Select(path => path.Name), Has.None.StartsWith("/sandbox"));
        Assert.That(page.Status, Is.EqualTo(404));
    }

    private static async Task<byte[]> UnzippedAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await http.SendAsync(request);
        Assert.That(answer.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }), path);
        using var content = new MemoryStream();
        await using var unzip = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        await unzip.CopyToAsync(content);
        return content.ToArray();
    }

    /// <summary>Returns where two values differ in form (names, kinds of values, of the first item of arrays), or null.</summary>
    private static string? Difference(JsonElement expected, JsonElement actual, string where = "$")
    {
        if (expected.ValueKind != actual.ValueKind && !(IsFlag(expected) && IsFlag(actual)))
        {
            return $"{where}: {expected.ValueKind}, but {actual.ValueKind}";
        }

        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var names = expected.EnumerateObject().Select(property => property.Name).ToArray();
                var actualNames = actual.EnumerateObject().Select(property => property.Name).ToArray();
                return names.SequenceEqual(actualNames)
                    ? names.Select(name => Difference(expected.GetProperty(name), actual.GetProperty(name), $"{where}.{name}")).FirstOrDefault(found => found is not null)
                    : $"{where}: {string.Join(' ', names)}, but {string.Join(' ', actualNames)}";
            case JsonValueKind.Array when expected.GetArrayLength() > 0:
                return actual.GetArrayLength() > 0 ? Difference(expected[0], actual[0], $"{where}[0]") : $"{where} is empty";
            default:
                return null;
        }
    }

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;
}
