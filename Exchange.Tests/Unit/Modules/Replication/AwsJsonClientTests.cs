using System.Net;
using System.Text;
using Amazon.Runtime;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Sqs;
using Exchange.Tests.Support.Aws;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

[TestFixture]
internal sealed class AwsJsonClientTests
{
    private const string Token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI"
        + "/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZb"
        + "qBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    private const string Timestamp = "20150830T123600Z";

    /// <summary>The answers that AWS publishes: for the key in its guide, for the signatures in its test suite (get-vanilla, post-vanilla, post-sts-header-before).</summary>
    [Test]
    public void The_judge_of_signatures_gives_the_published_answers()
    {
        var headers = new Dictionary<string, string> { ["host"] = "example.amazonaws.com", ["x-amz-date"] = Timestamp };

        Assert.That(
            Convert.ToHexStringLower(SignatureV4.SigningKey(TestAws.SecretKey, "20150830", "us-east-1", "iam")),
            Is.EqualTo("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"));
        Assert.That(Signed("GET"), Is.EqualTo("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
        Assert.That(Signed("POST"), Is.EqualTo("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
        headers["x-amz-security-token"] = Token;
        Assert.That(Signed("POST"), Is.EqualTo("85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"));

        string Signed(string method) => SignatureV4.Of(method, headers, [], Timestamp, "us-east-1", "service", TestAws.SecretKey);
    }

    [Test]
    public async Task What_is_sent_bears_the_signature_of_the_specification([Values] bool hasToken, [Values] bool isKinesis)
    {
        using var endpoint = new AwsEndpoint(_ => Task.FromResult(AwsEndpoint.Ok("{\"QueueUrl\":\"there\"}")));
        AWSCredentials credentials = hasToken
            ? new SessionAWSCredentials(TestAws.AccessKey, TestAws.SecretKey, Token)
            : new BasicAWSCredentials(TestAws.AccessKey, TestAws.SecretKey);
        var service = isKinesis ? AwsJsonService.Kinesis : AwsJsonService.Sqs;
        using var client = TestAws.Clients(endpoint.Url, credentials).NewJson(service);

        await FindAsync(client, "Größe 7");

        Assert.That(endpoint.Calls.TryDequeue(out var call), Is.True);
        var (scope, names, signature) = Authorization(call!);
        Assert.That(names, Is.SupersetOf(new[] { "host", "x-amz-date", "x-amz-target", "content-type" }));
        Assert.That(names.Contains("x-amz-security-token"), Is.EqualTo(hasToken));
        Assert.That(scope, Does.EndWith($"/{TestAws.Region}/{service.EndpointPrefix}/aws4_request").And.StartsWith(TestAws.AccessKey + "/"));
        Assert.That(call!.Headers["content-type"], Is.EqualTo(service.ContentType));
        Assert.That(call.Headers["x-amz-target"], Is.EqualTo(service.TargetPrefix + ".GetQueueUrl"));
        Assert.That(call.Json["QueueName"]!.GetValue<string>(), Is.EqualTo("Größe 7"));
        var signed = names.ToDictionary(name => name, name => call.Headers[name]);
        Assert.That(signature, Is.EqualTo(SignatureV4.Of(
            "POST", signed, call.Body, call.Headers["x-amz-date"], TestAws.Region, service.EndpointPrefix, TestAws.SecretKey)));
    }

    [Test]
    public async Task What_may_be_tried_again_is_tried_again_and_signed_anew()
    {
        var answers = new Queue<AwsAnswer>(
        [
            new AwsAnswer(400, """{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slower"}"""),
            new AwsAnswer(502, "<html>no JSON</html>"),
            AwsEndpoint.Ok("""{"QueueUrl":"there"}"""),
        ]);
        using var endpoint = new AwsEndpoint(_ => Task.FromResult(answers.Dequeue()));
        using var client = TestAws.Clients(endpoint.Url).NewJson(AwsJsonService.Sqs);

        var found = await FindAsync(client, "events.fifo");

        Assert.That(found, Is.EqualTo("there"));
        Assert.That(endpoint.Calls.Select(call => call.Headers["amz-sdk-request"].Split(';')[0]), Is.EqualTo(new[] { "attempt=1", "attempt=2", "attempt=3" }));
        Assert.That(endpoint.Calls.Select(call => call.Headers["amz-sdk-invocation-id"]).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_is_told_with_code_status_and_request()
    {
        using var endpoint = new AwsEndpoint(_ => Task.FromResult(new AwsAnswer(
            400,
            """{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"not here"}""",
            new Dictionary<string, string> { ["x-amzn-RequestId"] = "4711", ["x-amzn-query-error"] = "AWS.SimpleQueueService.NonExistentQueue;Sender" })));
        using var client = TestAws.Clients(endpoint.Url).NewJson(AwsJsonService.Sqs);

        var refused = (await Assert.ThrowsAsync<AmazonServiceException>(() => FindAsync(client, "events.fifo")))!;

        Assert.That(refused.ErrorCode, Is.EqualTo("QueueDoesNotExist").Or.EqualTo("AWS.SimpleQueueService.NonExistentQueue"));
        Assert.That((refused.StatusCode, refused.Message, refused.RequestId), Is.EqualTo((HttpStatusCode.BadRequest, "not here", "4711")));
        Assert.That(endpoint.Calls, Has.Count.EqualTo(1), "a refusal is not tried again");
    }

    [Test]
    public async Task A_service_that_does_not_answer_is_given_up()
    {
        var never = new TaskCompletionSource<AwsAnswer>();
        using var endpoint = new AwsEndpoint(_ => never.Task);
        using var client = TestAws.Clients(endpoint.Url, requestTimeoutMs: 100).NewJson(AwsJsonService.Sqs);

        await Assert.ThatAsync(() => FindAsync(client, "events.fifo"), Throws.Exception);

        never.SetResult(AwsEndpoint.Ok("{}"));
    }

    /// <summary>Nothing is set but what every AWS SDK reads.</summary>
    [Test]
    [NonParallelizable]
    public async Task Credentials_region_and_endpoint_come_from_the_standard_variables()
    {
        using var endpoint = new AwsEndpoint(_ => Task.FromResult(AwsEndpoint.Ok("""{"QueueUrl":"there"}""")));
        var variables = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "AKIDFROMTHEENVIRONMENT",
            ["AWS_SECRET_ACCESS_KEY"] = TestAws.SecretKey,
            ["AWS_SESSION_TOKEN"] = Token,
            ["AWS_REGION"] = "sa-east-1",
            ["AWS_ENDPOINT_URL_SQS"] = endpoint.Url.ToString(),
        };
        var before = variables.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var (name, value) in variables)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            using var client = new AwsClients(new AwsOptions()).NewJson(AwsJsonService.Sqs);
            await FindAsync(client, "events.fifo");
        }
        finally
        {
            foreach (var (name, value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        Assert.That(endpoint.Calls.TryDequeue(out var call), Is.True);
        var (scope, _, _) = Authorization(call!);
        Assert.That(scope, Does.StartWith("AKIDFROMTHEENVIRONMENT/").And.Contains("/sa-east-1/sqs/"));
        Assert.That(call!.Headers["x-amz-security-token"], Is.EqualTo(Token));
    }

    [Test]
    public void Without_an_endpoint_the_address_is_the_regions()
    {
        var config = new AwsJsonConfig(AwsJsonService.Kinesis) { RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName("cn-north-1"), IgnoreConfiguredEndpointUrls = true };

        Assert.That(config.DetermineServiceOperationEndpoint(null!).URL, Is.EqualTo("https://kinesis.cn-north-1.amazonaws.com.cn/"));
    }

    private static async Task<string> FindAsync(AwsJsonClient client, string queue) => (await client.CallAsync(
        "GetQueueUrl", new GetQueueUrlRequest(queue), SqsJson.Default.GetQueueUrlRequest, SqsJson.Default.QueueUrlResult, default)).QueueUrl;

    private static (string Scope, string[] Names, string Signature) Authorization(AwsCall call)
    {
        var parts = call.Headers["authorization"]["AWS4-HMAC-SHA256 ".Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        return (parts["Credential"], parts["SignedHeaders"].Split(';'), parts["Signature"]);
    }
}
