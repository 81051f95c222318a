using System.Net;
using System.Text.Json;
using Exchange.Host.Api;
using Exchange.Matching.Ports;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Admin;

/// <summary>
/// The way of every administrative request: on this machine? · token · running? · fields · door · answer. Mapped below <c>/admin/v1</c> and
/// served by the control listener alone. No exception leaves it: an unforeseen one answers 500 with a correlation id that the log repeats.
/// </summary>
internal sealed partial class AdminEndpoints(
    AdminServices services, IOptions<AdminOptions> options, WrongTokens wrongTokens, ILogger<AdminEndpoints> logger)
{
    public const string Root = "/admin/v1";

    private const int BodyBytesMax = 64 * 1024;
    private const string Scheme = "Bearer ";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var verb in AdminVerbs.All)
        {
            endpoints.MapMethods($"{Root}/{verb.PathName}", [verb.IsChange ? "POST" : "GET"], context => HandleAsync(context, verb));
        }
    }

    private async Task HandleAsync(HttpContext context, AdminVerb verb)
    {
        var (status, body) = await AnswerAsync(context, verb);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json;charset=UTF-8";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    private async Task<(int Status, ReadOnlyMemory<byte> Body)> AnswerAsync(HttpContext context, AdminVerb verb)
    {
        var refusal = Authenticate(context, out var caller);
        var request = new AdminRequest(services, caller, verb);
        try
        {
            if (refusal is not null)
            {
                request.Fail(refusal);
            }
            else if (await ReadFieldsAsync(context, verb, request))
            {
                await verb.Handler(request);
            }
        }
        catch (Exception exception) when (exception is ExchangeStoppedException or TimeoutException)
        {
            request.Fail(AdminError.OutcomeUnknown);
        }
        catch (BadHttpRequestException exception)
        {
            request.Fail(exception.StatusCode == AdminError.TooLarge.Status ? AdminError.TooLarge : AdminError.InvalidJson);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            LogFailure(exception, verb.Name, context.TraceIdentifier);
            request.Fail(new AdminError(500, "Unknown", $"An unforeseen error; the log has more under {context.TraceIdentifier}."));
        }

        var body = request.Finish();
        var status = request.Error?.Status ?? StatusCodes.Status200OK;
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (verb.IsChange)
        {
            Told(verb.Name, caller.Name, request.Error?.Code ?? "done");
        }

        return (status, body);
    }

    /// <summary>Returns why nobody is served, or null.</summary>
    private AdminError? Authenticate(HttpContext context, out Accounts.Operator caller)
    {
        caller = new Accounts.Operator(0, "", default, IsEnabled: false);
        var address = context.Connection.RemoteIpAddress;
        if (!options.Value.AllowRemote && (address is null || !IPAddress.IsLoopback(address)))
        {
            return AdminError.NotLocal;
        }

        if (!services.Status.IsReady)
        {
            return AdminError.NotReady(services.Status.Phase);
        }

        var header = context.Request.Headers.Authorization;
        var text = header.Count == 1 ? header[0]! : "";
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return AdminError.NoToken;
        }

        // The token first and the limit of wrong ones behind it: with the order turned, one who sends wrong tokens could keep the operators out.
        var token = text.AsSpan(Scheme.Length);
        if (OperatorToken.IsWellFormed(token))
        {
            Span<byte> bytes = stackalloc byte[OperatorToken.LengthMax];
            var length = System.Text.Encoding.ASCII.GetBytes(token, bytes);
            if (services.Operators.TryAuthenticate(bytes[..length], out var found))
            {
                caller = found;
                return null;
            }
        }

        if (wrongTokens.Count(AddressKey.Of(address)))
        {
            WrongToken(address);
            return AdminError.WrongToken;
        }

        context.Response.Headers.RetryAfter = "60";
        return AdminError.TooManyWrongTokens;
    }

    private static async Task<bool> ReadFieldsAsync(HttpContext context, AdminVerb verb, AdminRequest request)
    {
        if (verb.IsChange)
        {
            await ReadBodyAsync(context, verb, request);
        }
        else
        {
            ReadQuery(context, verb, request);
        }

        request.EndFields();
        return request.IsValid;
    }

    private static void ReadQuery(HttpContext context, AdminVerb verb, AdminRequest request)
    {
        foreach (var (name, values) in context.Request.Query)
        {
            Take(verb, request, name, values.Count == 1 ? values[0]! : "", isRightType: values.Count == 1);
        }
    }

    private static async Task ReadBodyAsync(HttpContext context, AdminVerb verb, AdminRequest request)
    {
        if (context.Request.ContentLength > BodyBytesMax)
        {
            request.Fail(AdminError.TooLarge);
            return;
        }

        try
        {
            using var document = await JsonDocument.ParseAsync(
                context.Request.Body, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false }, context.RequestAborted);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                ReadObject(document.RootElement, verb, request);
                return;
            }
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            // The parser takes text that is no Unicode, and throws when it is read. Told below.
        }

        request.Fail(AdminError.InvalidJson);
    }

    private static void ReadObject(JsonElement root, AdminVerb verb, AdminRequest request)
    {
        string? requestId = null;
        string? reason = null;
        foreach (var member in root.EnumerateObject())
        {
            var isText = member.Value.ValueKind == JsonValueKind.String;
            var text = isText ? member.Value.GetString()! : member.Value.GetRawText();
            switch (member.Name)
            {
                case "requestId" when isText:
                    requestId = text;
                    break;
                case "reason" when isText:
                    reason = text;
                    break;
                default:
                    Take(verb, request, member.Name, text, IsRightType(verb, member));
                    break;
            }
        }

        request.SetCaller(requestId, reason);
    }

    private static bool IsRightType(AdminVerb verb, JsonProperty member) =>
        Array.Find(verb.Fields, field => field.Name == member.Name)?.Kind switch
        {
            AdminFieldKind.Integer => member.Value.ValueKind == JsonValueKind.Number,
            AdminFieldKind.Flag => member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => member.Value.ValueKind == JsonValueKind.String,
        };

    private static void Take(AdminVerb verb, AdminRequest request, string name, string text, bool isRightType)
    {
        if (Array.Find(verb.Fields, field => field.Name == name) is { } field)
        {
            request.Set(field, text, isRightType);
            return;
        }

        var known = verb.Fields.Select(field => field.Name).Concat(verb.IsChange ? ["reason", "requestId"] : []);
        request.Fail(AdminError.Field($"Unknown field '{Sandbox.SandboxJson.Shown(name)}'; known are: {string.Join(", ", known)}."));
    }

    [LoggerMessage(3100, LogLevel.Error, "Administration: {Verb} failed unexpectedly; correlation id {CorrelationId}")]
    private partial void LogFailure(Exception exception, string verb, string correlationId);

    [LoggerMessage(3101, LogLevel.Information, "Administration: {Verb} by {Operator}: {Outcome}")]
    private partial void Told(string verb, string @operator, string outcome);

    [LoggerMessage(3102, LogLevel.Warning, "Administration: a wrong token from {Address}")]
    private partial void WrongToken(IPAddress? address);
}
