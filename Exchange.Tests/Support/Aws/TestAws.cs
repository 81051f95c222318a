using Amazon;
using Amazon.Runtime;
using Exchange.Replication;
using Exchange.Replication.Aws;

namespace Exchange.Tests.Support.Aws;

/// <summary>Clients of emulators and of <see cref="AwsEndpoint"/>.</summary>
internal static class TestAws
{
    public const string Region = "eu-central-1";

    // The example pair of AWS's own documents.
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    public static AwsClients Clients(Uri endpoint, AWSCredentials? credentials = null, int requestTimeoutMs = 10_000) => new(
        new AwsOptions { RequestTimeoutMs = requestTimeoutMs },
        credentials ?? new BasicAWSCredentials(AccessKey, SecretKey),
        config =>
        {
            // Order matters: setting a region drops the address.
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = Region;
        });
}
