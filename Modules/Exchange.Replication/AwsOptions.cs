using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>
/// What all stores on AWS share; section `Exchange:Replication:Aws`, checked at start. Credentials, region and endpoints come from where every AWS
/// SDK takes them: `AWS_ACCESS_KEY_ID` and the rest of the chain, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SQS`, `…_KINESIS`, `…_DYNAMODB`.
/// </summary>
public sealed class AwsOptions
{
    public const string Section = "Exchange:Replication:Aws";

    /// <summary>
    /// Milliseconds that one try of a request may take, of at most three: 100 to 60,000, default 5,000. Shorter notices sooner that a service hangs (and
    /// lets the process stop sooner); longer suits slow links.
    /// </summary>
    [Range(100, 60_000, ErrorMessage = "Exchange:Replication:Aws:RequestTimeoutMs is a number of milliseconds from 100 to 60000.")]
    public int RequestTimeoutMs { get; set; } = 5_000;
}
