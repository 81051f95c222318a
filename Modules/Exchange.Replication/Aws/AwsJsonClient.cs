using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Exchange.Replication.Aws;

/// <summary>
/// A client of any service that speaks AWS JSON, on the SDK's own pipeline: credentials, signature (version 4), retries, clock skew and errors are
/// the SDK's. It stands where a service's package (AWSSDK.SQS, AWSSDK.Kinesis) would. Any thread.
/// </summary>
internal sealed class AwsJsonClient : AmazonServiceClient
{
    private readonly AwsJsonService _service;

    /// <param name="credentials">Null for the SDK's chain: environment, profile, web identity, container, instance.</param>
    public AwsJsonClient(AwsJsonService service, AwsJsonConfig config, AWSCredentials? credentials = null)
        : base(credentials, config) => _service = service;

    /// <summary>Calls an operation; the SDK tries again what may be tried again.</summary>
    /// <exception cref="AmazonServiceException">The service refused; <see cref="AmazonServiceException.ErrorCode"/> is the protocol's short code.</exception>
    /// <exception cref="AmazonClientException">It could not be asked.</exception>
    public async Task<TOut> CallAsync<TIn, TOut>(
        string operation, TIn input, JsonTypeInfo<TIn> inputType, JsonTypeInfo<TOut> outputType, CancellationToken cancellationToken)
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = new Marshaller(_service, operation, JsonSerializer.SerializeToUtf8Bytes(input, inputType)),
            ResponseUnmarshaller = Unmarshaller.Instance,
        };
        var response = await InvokeAsync<JsonResponse>(new JsonRequest(), options, cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(response.Body, outputType)
            ?? throw new AmazonClientException($"{_service.ServiceId} answered {operation} with null");
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Amazon.Runtime.Internal.Marshaller>(new EndpointHandler());
        pipeline.AddHandlerAfter<EndpointHandler>(new SignatureHandler());
    }

    private sealed class JsonRequest : AmazonWebServiceRequest;

    private sealed class JsonResponse : AmazonWebServiceResponse
    {
        public byte[] Body { get; init; } = [];
    }

    private sealed class EndpointHandler : BaseEndpointResolver
    {
        protected override Amazon.Runtime.Endpoints.EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new();
    }

    private sealed class SignatureHandler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }

    private sealed class Marshaller(AwsJsonService service, string operation, byte[] body) : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var request = new DefaultRequest(input, service.ServiceId)
            {
                HttpMethod = "POST",
                ResourcePath = "/",
                Content = body,
            };
            request.Headers["X-Amz-Target"] = $"{service.TargetPrefix}.{operation}";
            request.Headers["Content-Type"] = service.ContentType;
            return request;
        }
    }

    private sealed class Unmarshaller : JsonResponseUnmarshaller
    {
        public static readonly Unmarshaller Instance = new();

        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context)
        {
            using var body = new MemoryStream();
            context.Stream.CopyTo(body);
            return new JsonResponse { Body = body.Length == 0 ? "{}"u8.ToArray() : body.ToArray() };
        }

        public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(context.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(context, ref reader);
            return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
        }
    }
}
