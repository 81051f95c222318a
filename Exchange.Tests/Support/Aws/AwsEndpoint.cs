using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Exchange.Tests.Support.Aws;

/// <summary>A request as it arrived.</summary>
/// <param name="Operation">Behind the dot of `X-Amz-Target`.</param>
internal sealed record AwsCall(string Method, string Operation, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

internal sealed record AwsAnswer(int Status, string Body, IReadOnlyDictionary<string, string>? Headers = null)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

/// <summary>
/// An endpoint of an AWS JSON service on loopback that answers as a test says: by itself, or by asking a real one (an emulator) with the request as
/// it is or changed. Remembers every request. Handlers run on any thread, several at once.
/// </summary>
internal sealed class AwsEndpoint : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<AwsCall, Task<AwsAnswer>> _answer;
    private readonly Task _loop;

    public AwsEndpoint(Func<AwsCall, Task<AwsAnswer>> answer)
    {
        _answer = answer;
        Url = new Uri(HostProcess.NewUrl() + "/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _loop = Task.Run(AcceptAsync);
    }

    public Uri Url { get; }

    public ConcurrentQueue<AwsCall> Calls { get; } = new();

    public static AwsAnswer Ok(string json) => new(200, json);

    /// <summary>Asks another endpoint; headers that concern the connection are its own.</summary>
    public static async Task<AwsAnswer> AskAsync(Uri service, AwsCall call, JsonObject? body = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, service)
        {
            Content = new ByteArrayContent(body is null ? call.Body : Encoding.UTF8.GetBytes(body.ToJsonString())),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", call.Headers["content-type"]);
        foreach (var name in (string[])["x-amz-target", "x-amz-date", "authorization"])
        {
            request.Headers.TryAddWithoutValidation(name, call.Headers[name]);
        }

        using var response = await client.SendAsync(request);
        var headers = response.Headers.Where(header => header.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => string.Join(',', header.Value));
        return new AwsAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait();
        _listener.Close();
    }

    private async Task AcceptAsync()
    {
        List<Task> answers = [];
        while (_listener.IsListening)
        {
            try
            {
                answers.Add(AnswerAsync(await _listener.GetContextAsync()));
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        var headers = context.Request.Headers.AllKeys.ToDictionary(key => key!.ToLowerInvariant(), key => context.Request.Headers[key]!);
        var call = new AwsCall(
            context.Request.HttpMethod, headers.GetValueOrDefault("x-amz-target", "").Split('.')[^1], headers, body.ToArray());
        Calls.Enqueue(call);
        AwsAnswer answer;
        try
        {
            answer = await _answer(call);
        }
        catch (Exception failure)
        {
            answer = new AwsAnswer(500, $$"""{"__type":"InternalFailure","message":"{{failure.GetType().Name}}"}""");
        }

        try
        {
            foreach (var (name, value) in answer.Headers ?? new Dictionary<string, string>())
            {
                context.Response.Headers[name] = value;
            }

            context.Response.StatusCode = answer.Status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
        {
            // The caller has given up: so be it.
            context.Response.Abort();
        }
    }
}
