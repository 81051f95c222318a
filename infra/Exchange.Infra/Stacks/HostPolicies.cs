using Amazon.CDK.AWS.IAM;

namespace Exchange.Infra.Stacks;

/// <summary>Rights that the engine's hosts and the stateless tier share: named actions on named resources.</summary>
internal sealed class HostPolicies(DataStack data)
{
    public static PolicyStatement Allow(string sid, string[] actions, string[] resources) => new(new PolicyStatementProps
    {
        Sid = sid,
        Effect = Effect.ALLOW,
        Actions = actions,
        Resources = resources,
    });

    /// <summary>Reading and writing the projections, reading the secrets that this takes.</summary>
    public IEnumerable<PolicyStatement> Stores() =>
    [
        Allow("Key", ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], [data.Key.KeyArn]),
        Allow(
            "Secrets", ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            [data.EncryptionKeys.SecretArn, data.OperatorToken.SecretArn, data.RedisToken.SecretArn, data.Aurora.Secret!.SecretArn]),
        Allow(
            "Tables", ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:DescribeTable"],
            [data.Orders.TableArn, $"{data.Orders.TableArn}/index/openBySymbol", data.Books.TableArn]),
        Allow("Events", ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"], [data.Events.QueueArn]),
        Allow("Stream", ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStreamSummary", "kinesis:ListShards"], [data.Stream.StreamArn]),
    ];

    /// <summary>Logs, metrics (which travel as log lines), traces, which know no resources.</summary>
    public static IEnumerable<PolicyStatement> Telemetry(params string[] logGroupArns) =>
    [
        Allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], [.. logGroupArns, .. logGroupArns.Select(arn => $"{arn}:log-stream:*")]),
        Allow("Traces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
    ];
}
