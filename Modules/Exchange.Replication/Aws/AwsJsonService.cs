namespace Exchange.Replication.Aws;

/// <summary>An AWS service that speaks the AWS JSON protocol: every operation is a POST to `/` with its name in `X-Amz-Target`.</summary>
/// <param name="ServiceId">The service's name in `AWS_ENDPOINT_URL_…`, for example `SQS`.</param>
/// <param name="EndpointPrefix">First label of its host name, and the service in signatures, for example `sqs`.</param>
/// <param name="TargetPrefix">What stands before the operation in `X-Amz-Target`.</param>
/// <param name="ContentType">Protocol version 1.0 or 1.1.</param>
internal sealed record AwsJsonService(string ServiceId, string EndpointPrefix, string TargetPrefix, string ContentType)
{
    public static AwsJsonService Sqs { get; } = new("SQS", "sqs", "AmazonSQS", "application/x-amz-json-1.0");

    public static AwsJsonService Kinesis { get; } = new("Kinesis", "kinesis", "Kinesis_20131202", "application/x-amz-json-1.1");
}
