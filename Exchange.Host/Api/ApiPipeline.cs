using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ObjectPool;

namespace Exchange.Host.Api;

/// <summary>
/// The way of every API request, whatever the row: ready? · raw bytes · weight · time unit · signature · handler · answer.
/// Any thread. Every answer, errors included, carries the used weight. No exception leaves it: an unforeseen one answers 500 with a
/// correlation id that the log repeats.
/// </summary>
internal sealed partial class ApiPipeline(
    ApiServices services, WeightLimiter limiter, RequestAuthenticator authenticator, ILogger<ApiPipeline> logger)
{
    private const string JsonType = "application/json;charset=UTF-8";

    private readonly ObjectPool<ApiRequest> _requests =
        new DefaultObjectPool<ApiRequest>(new ApiRequest.PoolPolicy(), maximumRetained: 1_024);

    /// <summary>Answers one request of a row.</summary>
    public async Task HandleAsync(HttpContext context, ApiRow row)
    {
        var request = _requests.Get();
        try
        {
            request.Begin(context, row, services);
            services.LastRequestUs = request.TimeUs;
            await RunAsync(request);
            if (!request.IsHidden)
            {
                await WriteAsync(request);
                return;
            }
        }
        catch (Exception exception) when (IsAbort(context, exception))
        {
            // The client has gone; nobody reads an answer.
            context.Abort();
            return;
        }
        finally
        {
            _requests.Return(request);
        }

        await NotFoundAsync(context);
    }

    /// <summary>Answers a path that does not exist.</summary>
    public Task NotFoundAsync(HttpContext context) => WriteEmptyAsync(context, StatusCodes.Status404NotFound, "Not Found");

    /// <summary>Answers a method that the path does not have.</summary>
    /// <param name="allowed">The methods that it has, as in the <c>Allow</c> header.</param>
    public Task MethodNotAllowedAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return WriteEmptyAsync(context, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed");
    }

    private async ValueTask RunAsync(ApiRequest request)
    {
        var row = request.Row;
        var address = AddressKey.Of(request.Http.Connection.RemoteIpAddress);
        var weight = 1;
        var isChargedOnError = false;
        try
        {
            if (!services.Status.IsReady)
            {
                request.Fail(Errors.Overloaded);
                return;
            }

            if (row.IsSandboxOnly && services.Symbols.Mode != ExchangeMode.Sandbox)
            {
                request.IsHidden = true;
                return;
            }

            isChargedOnError = true;
            await LoadAsync(request);
            weight = row.Weight(request);
            var isUnlimited = authenticator.IsUnlimited(request.Http);
            if (!isUnlimited)
            {
                isChargedOnError = row.IsFreeOnSuccess;
                if (limiter.Admit(address, weight, isChargedLater: row.IsFreeOnSuccess, request.TimeUs) is { } limited)
                {
                    isChargedOnError = false;
                    request.Fail(limited);
                    return;
                }
            }

            if (ReadTimeUnit(request) && Authenticate(request))
            {
                // Only now has an unlimited key been proved.
                isChargedOnError &= !isUnlimited;
                await row.Handler(request);
                EnsureParametersEnded(request);
            }
        }
        catch (ExchangeStoppedException)
        {
            request.Refuse(Errors.Stopped);
        }
        catch (TimeoutException)
        {
            request.Refuse(Errors.BackendTimeout);
        }
        catch (HistoryUnavailableException exception)
        {
            LogHistoryUnavailable(logger, row.Method, row.Path, exception.Message);
            request.Refuse(Errors.HistoryUnavailable);
        }
        catch (BadHttpRequestException exception)
        {
            request.Refuse(Errors.InvalidData("body") with { Status = exception.StatusCode });
        }
        catch (Exception exception) when (!IsAbort(request.Http, exception))
        {
            request.Http.Response.Headers["X-Exchange-Correlation-Id"] = request.Http.TraceIdentifier;
            LogFailure(logger, exception, row.Method, row.Path, request.Http.TraceIdentifier);
            request.Refuse(Errors.Unknown);
        }

        if (request.Error is not null && isChargedOnError)
        {
            limiter.Charge(address, weight, request.TimeUs);
        }
    }

    private static async ValueTask LoadAsync(ApiRequest request)
    {
        var context = request.Http;
        var query = QueryOf(context);
        if (!HasBody(context))
        {
            request.Parameters.Load(query.Span, ReadOnlySequence<byte>.Empty);
            return;
        }

        if (context.Request.ContentLength > ApiOptions.MaxBodyBytes)
        {
            throw TooLarge();
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            var body = result.Buffer;
            if (body.Length > ApiOptions.MaxBodyBytes)
            {
                reader.AdvanceTo(body.End);
                throw TooLarge();
            }

            if (result.IsCompleted)
            {
                if (request.Row.HasJsonBody)
                {
                    request.JsonBody = body.ToArray();
                    body = ReadOnlySequence<byte>.Empty;
                }

                request.Parameters.Load(query.Span, body);
                reader.AdvanceTo(result.Buffer.End);
                return;
            }

            reader.AdvanceTo(body.Start, body.End);
        }
    }

    private static BadHttpRequestException TooLarge() =>
        new($"the body is longer than {ApiOptions.MaxBodyBytes} bytes", StatusCodes.Status413PayloadTooLarge);

    /// <summary>Returns the query as the client sent it: the framework's own collections have been decoded already.</summary>
    private static ReadOnlyMemory<char> QueryOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? default : target.AsMemory(mark + 1);
    }

    private static bool IsAbort(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException;

    private static bool HasBody(HttpContext context) =>
        context.Request.ContentLength is { } length
            ? length > 0
            : context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;

    private static bool ReadTimeUnit(ApiRequest request)
    {
        var header = request.Http.Request.Headers["X-MBX-TIME-UNIT"];
        if (header.Count == 0 || string.Equals(header, "MILLISECOND", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        request.IsMicroseconds = string.Equals(header, "MICROSECOND", StringComparison.OrdinalIgnoreCase);
        return request.IsMicroseconds || request.Fail(Errors.TimeUnit);
    }

    private bool Authenticate(ApiRequest request)
    {
        if (request.Row.Security != EndpointSecurity.None)
        {
            return authenticator.Authenticate(request);
        }

        return request.Parameters.Error is not { } error || request.Fail(error);
    }

    private static void EnsureParametersEnded(ApiRequest request)
    {
        if (!request.HasEndedParameters && request.Error is null)
        {
            throw new InvalidOperationException($"the handler of {request.Row.Method} {request.Row.Path} did not close its parameters");
        }
    }

    private async ValueTask WriteAsync(ApiRequest request)
    {
        var response = request.Http.Response;
        var body = request.Finish();
        if (request.Error is { } error)
        {
            response.StatusCode = error.Status;
            if (error.RetryAfterSeconds > 0)
            {
                response.Headers.RetryAfter = error.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            }
        }

        AddCommonHeaders(request.Http, request.TimeUs);
        response.ContentType = JsonType;
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, request.Http.RequestAborted);
    }

    private async Task WriteEmptyAsync(HttpContext context, int statusCode, string text)
    {
        AddCommonHeaders(context, services.Time.NowUs);
        var isHtml = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        var body = Encoding.ASCII.GetBytes(
            isHtml ? $"<!DOCTYPE html><title>{statusCode} {text}</title><h1>{statusCode} {text}</h1>" : "{}");
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = isHtml ? "text/html;charset=UTF-8" : JsonType;
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    private void AddCommonHeaders(HttpContext context, long timeUs)
    {
        var used = limiter.Used(AddressKey.Of(context.Connection.RemoteIpAddress), timeUs).ToString(CultureInfo.InvariantCulture);
        var headers = context.Response.Headers;
        headers["X-MBX-USED-WEIGHT"] = used;
        headers["X-MBX-USED-WEIGHT-1M"] = used;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
    }

    [LoggerMessage(EventId = 3000, Level = LogLevel.Error, Message = "{Method} {Path} failed unexpectedly; correlation id {CorrelationId}")]
    private static partial void LogFailure(ILogger logger, Exception exception, string method, string path, string correlationId);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "{Method} {Path} needs history that cannot be read: {Reason}")]
    private static partial void LogHistoryUnavailable(ILogger logger, string method, string path, string reason);
}
