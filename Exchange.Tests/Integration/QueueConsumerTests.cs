using System.Text.Json.Nodes;
using Exchange.Matching.Events;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Messages;
using Exchange.Replication.Sqs;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Aws;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// A MassTransit consumer behind the queue sees each event once, in order of each account, and none is missing, whatever happens on the way.
/// </summary>
[TestFixture]
internal sealed class QueueConsumerTests
{
    private const int Commands = 600;

    private readonly StreamJournal _stream = new(seed: 77, Commands, withHashes: false);
    private readonly SqsOptions _options = new() { Create = true };
    private FaultyDisk _disk = null!;

    [SetUp]
    public void NewQueue()
    {
        _disk = _stream.ToDisk(seed: 3);
        _options.Queue = LocalServices.NewName("consumed") + ".fifo";
        _options.RequestsAtOnce = 8;
        Assert.That(LocalServices.Shared.SqsUrl, Is.Not.Null);
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task Failures_between_sending_and_position_repeat_nothing_for_the_consumer(int seed)
    {
        var random = new Random(seed);
        var clients = TestAws.Clients(LocalServices.Shared.SqsUrl);
        using var queue = new QueueReader(clients, _options.Queue);
        await using var consumer = new EventConsumer();
        var failures = 0;
        using var replicator = NewReplicator(clients, step => FailAt(step == "create position" && random.Next(3) == 0 && ++failures > 0));

        await FollowAsync(replicator, batchCount: 60, () => random.Next(4) == 0 ? consumer.PumpAsync(queue) : Task.CompletedTask);
        await consumer.PumpAsync(queue);

        Assert.That(failures, Is.GreaterThan(3));
        AssertComplete(consumer);
        AssertTrades(consumer);
    }

    /// <summary>The queue has forgotten what it was sent: it takes everything again, and the consumer alone tells.</summary>
    [Test]
    public async Task Events_that_come_again_behind_the_deduplication_window_are_passed_over()
    {
        using var emulator = await ShiftedQueueEmulator.StartAsync();
        var clients = TestAws.Clients(emulator.Url);
        using var queue = new QueueReader(clients, _options.Queue);
        await using var consumer = new EventConsumer();
        var isBroken = true;
        using var replicator = NewReplicator(clients, step => FailAt(isBroken && step == "create position"));
        using var follower = new JournalFollower(replicator, _disk, () => _stream.Records.Count, batchCount: int.MaxValue);

        Assert.That(() => follower.Step(), Throws.TypeOf<TestFailure>(), "everything is sent, no position is stored");
        await consumer.PumpAsync(queue);
        var first = consumer.Received;
        AssertComplete(consumer);

        Assert.That(() => follower.Step(), Throws.TypeOf<TestFailure>());
        await consumer.PumpAsync(queue);
        Assert.That(consumer.Received, Is.EqualTo(first), "within the window the queue drops what comes again");

        await emulator.PassAsync(TimeSpan.FromMinutes(6));
        isBroken = false;
        follower.Step();
        await consumer.PumpAsync(queue);

        Assert.That(consumer.Received, Is.EqualTo(2 * first), "behind the window the queue delivers it again");
        AssertComplete(consumer);
    }

    /// <summary>
    /// An endpoint in between refuses entries at random, fails requests before the queue has them, and loses answers of requests that it has.
    /// </summary>
    [TestCase(1)]
    [TestCase(2)]
    public async Task A_refused_entry_holds_back_its_account_and_no_other(int seed)
    {
        var random = new Random(seed);
        var refusals = 0;
        using var between = new AwsEndpoint(async call =>
        {
            if (call.Operation != "SendMessageBatch")
            {
                return await AwsEndpoint.AskAsync(LocalServices.Shared.SqsUrl, call);
            }

            int choice;
            lock (random)
            {
                choice = random.Next(100);
            }

            return choice switch
            {
                0 => new AwsAnswer(503, """{"__type":"ServiceUnavailable","message":"before"}"""),
                1 => await AwsEndpoint.AskAsync(LocalServices.Shared.SqsUrl, call) with { Status = 503, Body = """{"__type":"ServiceUnavailable","message":"behind"}""" },
                < 22 => await RefuseSomeAsync(call),
                _ => await AwsEndpoint.AskAsync(LocalServices.Shared.SqsUrl, call),
            };
        });
        using var queue = new QueueReader(TestAws.Clients(LocalServices.Shared.SqsUrl), _options.Queue);
        await using var consumer = new EventConsumer();
        using var replicator = NewReplicator(TestAws.Clients(between.Url), _ => { });

        await FollowAsync(replicator, batchCount: 200, () => Task.CompletedTask);
        var all = await queue.DrainAsync();

        Assert.That(refusals, Is.GreaterThan(20));
        foreach (var group in all.GroupBy(message => message.Group))
        {
            Assert.That(group.Select(message => EventIdText.Parse(message.DeduplicationId)), Is.Ordered.Ascending, group.Key);
        }

        var expected = ExpectedEvents.ByAccount(_stream.Records);
        Assert.That(all, Has.Count.EqualTo(expected.Values.Sum(events => events.Count)));

        async Task<AwsAnswer> RefuseSomeAsync(AwsCall call)
        {
            var body = call.Json;
            var entries = body["Entries"]!.AsArray();
            List<JsonNode> refused = [];
            lock (random)
            {
                foreach (var entry in entries.ToArray())
                {
                    if (random.Next(2) == 0)
                    {
                        entries.Remove(entry);
                        refused.Add(new JsonObject { ["Id"] = entry!["Id"]!.GetValue<string>(), ["SenderFault"] = true, ["Code"] = "RequestThrottled", ["Message"] = "slower" });
                        refusals++;
                    }
                }
            }

            var answer = entries.Count == 0
                ? AwsEndpoint.Ok("{}")
                : await AwsEndpoint.AskAsync(LocalServices.Shared.SqsUrl, call, body);
            var json = answer.Json;
            json["Failed"] = new JsonArray([.. refused]);
            return answer with { Body = json.ToJsonString() };
        }
    }

    [Test]
    public void An_event_that_is_refused_for_good_is_told()
    {
        using var between = new AwsEndpoint(call => call.Operation == "SendMessageBatch"
            ? Task.FromResult(AwsEndpoint.Ok("""{"Failed":[{"Id":"0","SenderFault":true,"Code":"InvalidMessageContents","Message":"odd"}]}"""))
            : AwsEndpoint.AskAsync(LocalServices.Shared.SqsUrl, call));
        _options.RequestsAtOnce = 1;
        using var replicator = NewReplicator(TestAws.Clients(between.Url), _ => { });
        using var follower = new JournalFollower(replicator, _disk, () => _stream.Records.Count, batchCount: 1);

        Assert.That(() => follower.Step(), Throws.TypeOf<StoreUnfitException>().With.Message.Contains("InvalidMessageContents"));
        Assert.That(between.Calls.Count(call => call.Operation == "SendMessageBatch"), Is.EqualTo(1));
    }

    [Test]
    public async Task The_queue_is_made_with_its_dead_letters_and_one_without_is_refused()
    {
        var clients = TestAws.Clients(LocalServices.Shared.SqsUrl);
        _options.Create = false;
        using var missing = NewReplicator(clients, _ => { });
        Assert.That(() => missing.Open(), Throws.TypeOf<StoreUnfitException>().With.Message.Contains(_options.Queue));

        _options.Create = true;
        missing.Open();
        using var client = clients.NewJson(AwsJsonService.Sqs);
        var url = await client.CallAsync("GetQueueUrl", new GetQueueUrlRequest(_options.Queue), SqsJson.Default.GetQueueUrlRequest, SqsJson.Default.QueueUrlResult, default);
        var made = (await client.CallAsync(
            "GetQueueAttributes", new GetQueueAttributesRequest(url.QueueUrl, ["All"]), SqsJson.Default.GetQueueAttributesRequest, SqsJson.Default.QueueAttributesResult, default)).Attributes!;
        Assert.That(made["RedrivePolicy"], Does.Contain(_options.Queue.Replace(".fifo", "-dead.fifo", StringComparison.Ordinal)).And.Contain("5"));
        Assert.That((made["DeduplicationScope"], made["VisibilityTimeout"]), Is.EqualTo(("messageGroup", "60")));

        var bare = LocalServices.NewName("bare") + ".fifo";
        await client.CallAsync(
            "CreateQueue", new CreateQueueRequest(bare, new() { ["FifoQueue"] = "true" }), SqsJson.Default.CreateQueueRequest, SqsJson.Default.QueueUrlResult, default);
        _options.Queue = bare;
        using var unfit = NewReplicator(clients, _ => { });
        Assert.That(() => unfit.Open(), Throws.TypeOf<StoreUnfitException>().With.Message.Contains("dead-letter"));
    }

    /// <summary>Follows to the journal's end, over failures of the test.</summary>
    private async Task FollowAsync(EventReplicator replicator, int batchCount, Func<Task> between)
    {
        using var follower = new JournalFollower(replicator, _disk, () => _stream.Records.Count, batchCount);
        while (follower.Position.Sequence < _stream.Records.Count)
        {
            try
            {
                follower.Step();
            }
            catch (Exception failure) when (failure is TestFailure or Amazon.Runtime.AmazonServiceException)
            {
                Assert.That(follower.IsOpen, Is.False, failure.Message);
            }

            await between();
        }
    }

    private EventReplicator NewReplicator(AwsClients clients, Action<string> beforeStep) => new(
        new SqsQueue(clients.NewJson(AwsJsonService.Sqs), _options), () => _disk, _options.RequestsAtOnce, _options.BatchMessages, beforeStep);

    private void AssertComplete(EventConsumer consumer)
    {
        var expected = ExpectedEvents.ByAccount(_stream.Records);
        Assert.That(consumer.Taken.Keys, Is.EquivalentTo(expected.Keys));
        foreach (var (accountId, events) in expected)
        {
            Assert.That(consumer.Taken[accountId], Is.EqualTo(events), $"account {accountId}");
        }
    }

    /// <summary>Both sides of every trade, with the price and quantity that the journal has.</summary>
    private void AssertTrades(EventConsumer consumer)
    {
        var trades = 0;
        foreach (var bytes in _stream.Records)
        {
            var events = new Record(bytes).Events;
            while (events.MoveNext())
            {
                trades += events.Type == EventType.TradeExecuted ? 1 : 0;
            }
        }

        Assert.That(trades, Is.GreaterThan(20));
        Assert.That(consumer.TakenTrades, Has.Count.EqualTo(2 * trades));
        Assert.That(consumer.TakenTrades.Count(trade => trade.IsMaker), Is.EqualTo(trades));
        Assert.That(consumer.TakenTrades.All(trade => trade.Price > 0 && trade.QuoteQuantity == trade.Price * trade.Quantity), Is.True);
    }

    private static void FailAt(bool isNow)
    {
        if (isNow)
        {
            throw new TestFailure();
        }
    }

    private sealed class TestFailure : Exception;
}
