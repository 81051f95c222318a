using Amazon.Runtime;

namespace Exchange.Replication.Aws;

/// <summary>Tells what a service or the way to it has done wrong from what this process has.</summary>
internal static class AwsFailure
{
    /// <summary>Whether the service cannot be asked, refuses, or is not set up as it must be.</summary>
    public static bool IsOfService(Exception failure) =>
        failure is StoreUnfitException or AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException or OperationCanceledException;
}
