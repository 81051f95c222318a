using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Exchange.Replication.Aws;

/// <summary>
/// The SDK's configuration for one <see cref="AwsJsonService"/>: region, endpoint and retries from where every AWS SDK takes them
/// (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SQS`, profile, instance), unless set here.
/// </summary>
internal sealed class AwsJsonConfig : ClientConfig
{
    private readonly AwsJsonService _service;

    public AwsJsonConfig(AwsJsonService service)
        : base(new StandardDefaults())
    {
        _service = service;
        ServiceId = service.ServiceId;
        AuthenticationServiceName = service.EndpointPrefix;
        EndpointProvider = new Endpoints(this);
    }

    public override string ServiceVersion => _service.TargetPrefix;

    public override string RegionEndpointServiceName => _service.EndpointPrefix;

    public override string UserAgent => $"exchange-replication/{_service.EndpointPrefix}";

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => EndpointProvider.ResolveEndpoint(null);

    /// <summary>Returns the service's address: what is configured, else the region's.</summary>
    /// <exception cref="AmazonClientException">Neither is.</exception>
    private string Url()
    {
        if (ServiceURL is { Length: > 0 } configured)
        {
            return configured;
        }

        var region = RegionEndpoint ?? throw new AmazonClientException("no AWS region is configured: set AWS_REGION");
        return $"https://{_service.EndpointPrefix}.{region.SystemName}.{region.PartitionDnsSuffix}/";
    }

    private sealed class Endpoints(AwsJsonConfig config) : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters? parameters) => new(config.Url());
    }

    /// <summary>The SDK's `standard` defaults: three tries with jittered back-off and a retry quota.</summary>
    private sealed class StandardDefaults : IDefaultConfigurationProvider, IDefaultConfiguration
    {
        public DefaultConfigurationMode Name => DefaultConfigurationMode.Standard;

        public RequestRetryMode RetryMode => RequestRetryMode.Standard;

        public S3UsEast1RegionalEndpointValue S3UsEast1RegionalEndpoint => S3UsEast1RegionalEndpointValue.Regional;

        public TimeSpan? ConnectTimeout => TimeSpan.FromSeconds(3.1);

        public TimeSpan? TlsNegotiationTimeout => TimeSpan.FromSeconds(3.1);

        public TimeSpan? TimeToFirstByteTimeout => null;

        public TimeSpan? HttpRequestTimeout => null;

        public IDefaultConfiguration GetDefaultConfiguration(RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode) => this;
    }
}
