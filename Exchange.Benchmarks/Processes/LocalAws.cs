using Amazon;
using Amazon.Runtime;
using Exchange.Replication;
using Exchange.Replication.Aws;

namespace Exchange.Benchmarks.Processes;

/// <summary>Clients of emulators.</summary>
internal static class LocalAws
{
    public const string Region = "eu-central-1";

    /// <param name="credentials">Null for some that nobody checks.</param>
    public static AwsClients Clients(Uri endpoint, AWSCredentials? credentials = null, int requestTimeoutMs = 10_000) => new(
        new AwsOptions { RequestTimeoutMs = requestTimeoutMs },
        credentials ?? new BasicAWSCredentials("nobody", "nothing"),
        config =>
        {
            // Order matters: setting a region drops the address.
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = Region;
        });
}
