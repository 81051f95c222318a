using Amazon.DynamoDBv2;
using Amazon.Runtime;

namespace Exchange.Replication.Aws;

/// <summary>Makes clients with the options that all stores on AWS share. Any thread.</summary>
/// <param name="credentials">Null for the SDK's chain.</param>
/// <param name="configure">Changes a configuration before it is used; tests set endpoint and region.</param>
internal sealed class AwsClients(AwsOptions options, AWSCredentials? credentials = null, Action<ClientConfig>? configure = null)
{
    public AwsJsonClient NewJson(AwsJsonService service) => new(service, Configured(new AwsJsonConfig(service)), credentials);

    public IAmazonDynamoDB NewDynamoDb()
    {
        // Three tries, as the other clients: what is throttled beyond them is tried again by the store itself.
        var config = Configured(new AmazonDynamoDBConfig { RetryMode = RequestRetryMode.Standard, MaxErrorRetry = 2 });
        return credentials is null ? new AmazonDynamoDBClient(config) : new AmazonDynamoDBClient(credentials, config);
    }

    private T Configured<T>(T config)
        where T : ClientConfig
    {
        config.Timeout = TimeSpan.FromMilliseconds(options.RequestTimeoutMs);
        configure?.Invoke(config);
        return config;
    }
}
