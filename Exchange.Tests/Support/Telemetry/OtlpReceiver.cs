using System.Net;

namespace Exchange.Tests.Support.Telemetry;

/// <summary>A point of a metric. <see cref="Count"/> and sum are a histogram's.</summary>
internal sealed record MetricPoint(string Name, string Kind, string Unit, IReadOnlyDictionary<string, string> Attributes, double Value, long Count);

internal sealed record ReceivedSpan(string Name, IReadOnlyDictionary<string, string> Attributes);

/// <summary>
/// Receives OTLP over HTTP with protobuf bodies on loopback, as a collector does, and reads what came. The numbers are those of
/// opentelemetry-proto. Any thread may read.
/// </summary>
internal sealed class OtlpReceiver : IDisposable
{
    private static readonly (int Field, string Kind)[] Kinds = [(5, "gauge"), (7, "sum"), (9, "histogram"), (10, "exponential histogram")];

    private readonly HttpListener _listener = new();
    private readonly List<MetricPoint> _metrics = [];
    private readonly List<ReceivedSpan> _spans = [];
    private readonly List<string> _logs = [];
    private readonly HashSet<string> _services = [];
    private readonly Task _loop;

    public OtlpReceiver()
    {
        Url = HostProcess.NewUrl();
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _loop = Task.Run(ReceiveAsync);
    }

    public string Url { get; }

    /// <summary>Every point of the meter `Exchange` that came so far.</summary>
    public IReadOnlyList<MetricPoint> Metrics => Copy(_metrics);

    public IReadOnlyList<ReceivedSpan> Spans => Copy(_spans);

    public IReadOnlyList<string> Logs => Copy(_logs);

    /// <summary>`service.name` of all that came.</summary>
    public IReadOnlyList<string> Services => Copy([.. _services]);

    /// <summary>What the receiver could not read; null when it has read everything.</summary>
    public Exception? Failure { get; private set; }

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait();
        _listener.Close();
    }

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            try
            {
                Read(context.Request.Url!.AbsolutePath, new ProtobufMessage(body.ToArray()));
            }
            catch (InvalidDataException unreadable)
            {
                Failure = unreadable;
            }

            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private void Read(string path, ProtobufMessage request)
    {
        lock (_metrics)
        {
            foreach (var resource in request.Messages(1))
            {
                _services.UnionWith(resource.Messages(1).SelectMany(AttributesIn).Where(attribute => attribute.Key == "service.name").Select(attribute => attribute.Value));
                foreach (var scope in resource.Messages(2))
                {
                    var name = scope.Messages(1).FirstOrDefault()?.Text(1);
                    switch (path)
                    {
                        case "/v1/metrics" when name == "Exchange":
                            _metrics.AddRange(scope.Messages(2).SelectMany(PointsOf));
                            break;
                        case "/v1/traces":
                            _spans.AddRange(scope.Messages(2).Select(span => new ReceivedSpan(span.Text(5), Attributes(span.Messages(9)))));
                            break;
                        case "/v1/logs":
                            _logs.AddRange(scope.Messages(2).Select(record => record.Messages(5).FirstOrDefault()?.Text(1) ?? ""));
                            break;
                    }
                }
            }
        }
    }

    private static IEnumerable<MetricPoint> PointsOf(ProtobufMessage metric)
    {
        foreach (var (field, kind) in Kinds)
        {
            foreach (var point in metric.Messages(field).SelectMany(data => data.Messages(1)))
            {
                yield return kind switch
                {
                    "gauge" or "sum" => new MetricPoint(
                        metric.Text(1), kind, metric.Text(3), Attributes(point.Messages(7)), point.Has(6) ? point.Integer(6) : point.Double(4), 0),
                    "histogram" => new MetricPoint(metric.Text(1), kind, metric.Text(3), Attributes(point.Messages(9)), point.Double(5), point.Integer(4)),
                    _ => new MetricPoint(metric.Text(1), kind, metric.Text(3), Attributes(point.Messages(1)), point.Double(5), point.Integer(4)),
                };
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> AttributesIn(ProtobufMessage resource) => Attributes(resource.Messages(1));

    private static Dictionary<string, string> Attributes(IEnumerable<ProtobufMessage> attributes) => attributes.ToDictionary(
        attribute => attribute.Text(1), attribute => attribute.Messages(2).Select(ValueOf).FirstOrDefault() ?? "");

    private static string ValueOf(ProtobufMessage value) => value.Has(1) ? value.Text(1) : value.Has(3) ? $"{value.Integer(3)}" : "";

    private List<T> Copy<T>(List<T> received)
    {
        lock (_metrics)
        {
            return [.. received];
        }
    }
}
