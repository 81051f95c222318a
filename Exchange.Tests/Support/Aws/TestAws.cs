using Amazon.Runtime;
using Exchange.Replication.Aws;

namespace Exchange.Tests.Support.Aws;

/// <summary>Clients of emulators and of <see cref="AwsEndpoint"/>.</summary>
internal static class TestAws
{
    public const string Region = LocalAws.Region;

    // The example pair of AWS's own documents.
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    public static AwsClients Clients(Uri endpoint, AWSCredentials? credentials = null, int requestTimeoutMs = 10_000) =>
        LocalAws.Clients(endpoint, credentials ?? new BasicAWSCredentials(AccessKey, SecretKey), requestTimeoutMs);
}
