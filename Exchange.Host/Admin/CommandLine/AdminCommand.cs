using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Exchange.Host.Admin.CommandLine;

/// <summary>
/// <c>Exchange.Host admin VERB</c>: one request to the control listener of a running exchange. The token comes from a file, never from the
/// command line, which other users of the machine can read.
/// </summary>
internal static class AdminCommand
{
    public const int Done = 0;
    public const int Refused = 1;

    // sysexits
    public const int WrongUsage = 64;
    public const int Unavailable = 69;
    public const int OutcomeUnknown = 75;
    public const int NoPermission = 77;

    // Longer than the exchange itself waits for a command.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <returns>The process's exit code: see <see cref="AdminHelp"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Length == 0 || args[0] is "help" or "--help" or "-h")
        {
            return await HelpAsync(args, output, errors);
        }

        if (args.Contains("--help") || args.Contains("-h"))
        {
            return await HelpAsync(["help", .. args.TakeWhile(word => !word.StartsWith('-'))], output, errors);
        }

        if (AdminArguments.Parse(args, Environment.GetEnvironmentVariable, out var wrong) is not { } arguments)
        {
            await errors.WriteLineAsync($"admin: {wrong}");
            return WrongUsage;
        }

        string token;
        try
        {
            token = OperatorToken.FromFile(arguments.TokenFile);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await errors.WriteLineAsync($"admin: {unreadable.Message}");
            return WrongUsage;
        }

        return await SendAsync(arguments, token, output, errors);
    }

    private static async Task<int> HelpAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Length <= 1)
        {
            await output.WriteAsync(AdminHelp.Overview());
            return Done;
        }

        if (AdminVerbs.Find(string.Join('-', args.Skip(1))) is { } verb)
        {
            await output.WriteAsync(AdminHelp.Of(verb));
            return Done;
        }

        await errors.WriteLineAsync($"admin: '{string.Join(' ', args.Skip(1))}' is no verb; `admin help` lists them");
        return WrongUsage;
    }

    private static async Task<int> SendAsync(AdminArguments arguments, string token, TextWriter output, TextWriter errors)
    {
        using var client = new HttpClient { Timeout = Timeout };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var request = NewRequest(arguments);
        try
        {
            using var answer = await client.SendAsync(request);
            var body = await answer.Content.ReadAsStringAsync();
            return await TellAsync(arguments, answer.StatusCode, body, output, errors);
        }
        catch (HttpRequestException unreachable) when (unreachable.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            await errors.WriteLineAsync($"admin: nobody listens on {arguments.Url}; nothing was done. Set --url to the exchange's Exchange:ControlUrl");
            return Unavailable;
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException)
        {
            return await UnknownAsync(arguments, failed.Message, errors);
        }
    }

    private static HttpRequestMessage NewRequest(AdminArguments arguments)
    {
        var path = $"{arguments.Url.TrimEnd('/')}{AdminEndpoints.Root}/{arguments.Verb.PathName}";
        if (!arguments.Verb.IsChange)
        {
            var query = string.Join('&', arguments.Fields.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}"));
            return new HttpRequestMessage(HttpMethod.Get, query.Length == 0 ? path : $"{path}?{query}");
        }

        return new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Body(arguments)) };
    }

    private static byte[] Body(AdminArguments arguments)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("requestId"u8, arguments.RequestId);
            json.WriteString("reason"u8, arguments.Reason);
            foreach (var field in arguments.Verb.Fields)
            {
                if (arguments.Fields.TryGetValue(field.Name, out var value))
                {
                    Write(json, field, value);
                }
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    /// <summary>A value that is none of its kind is sent as text: the exchange says what it expects.</summary>
    private static void Write(Utf8JsonWriter json, AdminField field, string value)
    {
        if (field.Kind == AdminFieldKind.Integer && int.TryParse(value, out var integer))
        {
            json.WriteNumber(field.Name, integer);
        }
        else if (field.Kind == AdminFieldKind.Flag && bool.TryParse(value, out var flag))
        {
            json.WriteBoolean(field.Name, flag);
        }
        else
        {
            json.WriteString(field.Name, value);
        }
    }

    private static async Task<int> TellAsync(AdminArguments arguments, HttpStatusCode status, string body, TextWriter output, TextWriter errors)
    {
        if (status == HttpStatusCode.OK)
        {
            await output.WriteLineAsync(arguments.IsJson ? body : AdminText.Of(body));
            return Done;
        }

        var message = MessageOf(body);
        if (message is null)
        {
            await errors.WriteLineAsync($"admin: {arguments.Url} answers {(int)status} and is no control listener of an exchange; set --url to its Exchange:ControlUrl");
            return Unavailable;
        }

        switch (status)
        {
            case HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError:
                return await UnknownAsync(arguments, message, errors);
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests:
                await errors.WriteLineAsync($"admin: {message}");
                return NoPermission;
            case HttpStatusCode.ServiceUnavailable:
                await errors.WriteLineAsync($"admin: {message}");
                return Unavailable;
            default:
                await errors.WriteLineAsync($"admin: {message}");
                return Refused;
        }
    }

    private static async Task<int> UnknownAsync(AdminArguments arguments, string message, TextWriter errors)
    {
        await errors.WriteLineAsync(arguments.Verb.IsChange
            ? $"admin: {message}\nadmin: the outcome is unknown; repeat the same command with --request-id {arguments.RequestId}"
            : $"admin: {message}");
        return OutcomeUnknown;
    }

    private static string? MessageOf(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message)
                ? message.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
