using Amazon.Runtime;

namespace Exchange.Replication.Aws;

/// <summary>Makes clients with the options that all stores on AWS share. Any thread.</summary>
/// <param name="credentials">Null for the SDK's chain.</param>
/// <param name="configure">Changes a configuration before it is used; tests set endpoint and region.</param>
internal sealed class AwsClients(AwsOptions options, AWSCredentials? credentials = null, Action<ClientConfig>? configure = null)
{
    public AwsJsonClient NewJson(AwsJsonService service) => new(service, Configured(new AwsJsonConfig(service)), credentials);

    private T Configured<T>(T config)
        where T : ClientConfig
    {
        config.Timeout = TimeSpan.FromMilliseconds(options.RequestTimeoutMs);
        configure?.Invoke(config);
        return config;
    }
}
