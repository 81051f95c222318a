using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Exchange.MarketData;
using Exchange.Matching.Views;
using Exchange.Orders;
using Microsoft.Extensions.ObjectPool;

namespace Exchange.Host.Api;

/// <summary>
/// One request on its way through the pipeline: what came, who sent it, and the answer as it grows. Pooled with its buffers; used by
/// one thread at a time, and by nobody after the pipeline has written the answer. The typed parameters stand in the other part.
/// The first error wins: later ones are dropped, so that a handler reads all its parameters and then asks once.
/// </summary>
internal sealed partial class ApiRequest
{
    /// <summary>A buffer that grew beyond this is not kept for the next request, bytes.</summary>
    private const int KeptBufferBytes = 256 * 1024;

    private static readonly JsonWriterOptions JsonOptions = new()
    {
        // Why: the texts of errors are compared byte by byte, so an apostrophe stays one. The answers are never HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private ArrayBufferWriter<byte> _body = new(4096);

    public ApiRequest()
    {
        Json = new Utf8JsonWriter(_body, JsonOptions);
    }

    public HttpContext Http { get; private set; } = null!;

    public ApiRow Row { get; private set; } = null!;

    public ApiServices Services { get; private set; } = null!;

    public RequestParameters Parameters { get; } = new();

    /// <summary>The answer, when it is a success.</summary>
    public Utf8JsonWriter Json { get; private set; }

    /// <summary>The answer, when it is not; null so far.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Journal time at which the request was taken up, microseconds.</summary>
    public long TimeUs { get; private set; }

    /// <summary>Times in the answer are microseconds instead of milliseconds.</summary>
    public bool IsMicroseconds { get; set; }

    /// <summary>Who signed; 0 where no signature is asked for.</summary>
    public int AccountId { get; set; }

    /// <summary>Journal time after which the request must have no effect any more (timestamp + recvWindow), microseconds.</summary>
    public long DeadlineUs { get; set; }

    /// <summary>The handler has called <see cref="EndParameters"/>.</summary>
    public bool HasEndedParameters { get; private set; }

    /// <summary>The answer is that of a path that does not exist.</summary>
    public bool IsHidden { get; set; }

    /// <summary>The raw body of a row that takes JSON.</summary>
    public byte[] JsonBody { get; set; } = [];

    public List<OrderState> Orders { get; } = [];

    public List<Exchange.Accounts.Balance> Balances { get; } = [];

    public List<DepthLevel> Bids { get; } = [];

    public List<DepthLevel> Asks { get; } = [];

    public List<Candle> Candles { get; } = [];

    public void Begin(HttpContext http, ApiRow row, ApiServices services)
    {
        Http = http;
        Row = row;
        Services = services;
        TimeUs = services.Time.NowUs;
        IsMicroseconds = false;
        IsHidden = false;
        AccountId = 0;
        DeadlineUs = 0;
        HasEndedParameters = false;
        Error = null;
        JsonBody = [];
    }

    /// <summary>Leaves an error, unless there is one already.</summary>
    /// <returns>Always false, so that a check can fail and return in one statement.</returns>
    public bool Fail(ApiError error)
    {
        Error ??= error;
        return false;
    }

    /// <summary>Leaves an error in place of any that there is.</summary>
    public void Refuse(ApiError error) => Error = error;

    /// <summary>Waits for the engine, at most as long as the options say.</summary>
    /// <exception cref="TimeoutException">It took longer; the outcome is unknown.</exception>
    public ValueTask<T> Within<T>(ValueTask<T> task) => task.IsCompleted
        ? task
        : new ValueTask<T>(task.AsTask().WaitAsync(TimeSpan.FromMilliseconds(Services.Options.BackendTimeoutMs)));

    /// <summary>Waits for a store, at most as long as the options say.</summary>
    /// <exception cref="TimeoutException">It took longer.</exception>
    public ValueTask Within(ValueTask task) => task.IsCompleted
        ? task
        : new ValueTask(task.AsTask().WaitAsync(TimeSpan.FromMilliseconds(Services.Options.BackendTimeoutMs)));

    /// <summary>Returns the bytes of the answer: the error's when there is one.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        if (Error is { } error)
        {
            Json.Reset();
            _body.ResetWrittenCount();
            Json.WriteStartObject();
            Json.WriteNumber("code"u8, error.Code);
            Json.WriteString("msg"u8, error.Text);
            Json.WriteEndObject();
        }

        Json.Flush();
        return _body.WrittenMemory;
    }

    /// <summary>Drops everything of this request but the buffers.</summary>
    private void Reset()
    {
        Parameters.Release();
        Http = null!;
        JsonBody = [];
        Orders.Clear();
        Balances.Clear();
        Bids.Clear();
        Asks.Clear();
        Candles.Clear();
        if (_body.Capacity > KeptBufferBytes)
        {
            _body = new ArrayBufferWriter<byte>(4096);
        }
        else
        {
            _body.ResetWrittenCount();
        }

        Json.Reset(_body);
    }

    /// <summary>Keeps finished requests for the next ones.</summary>
    public sealed class PoolPolicy : PooledObjectPolicy<ApiRequest>
    {
        public override ApiRequest Create() => new();

        public override bool Return(ApiRequest obj)
        {
            obj.Reset();
            return true;
        }
    }
}
