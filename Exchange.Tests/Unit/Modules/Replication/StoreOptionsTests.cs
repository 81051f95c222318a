using System.ComponentModel.DataAnnotations;
using Exchange.Replication;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

/// <summary>What switches a store on is taken as it is meant, and what is wrong is named with its key. SQL's have their own page.</summary>
public sealed class StoreOptionsTests
{
    [TestCase("", true)]
    [TestCase("orders.fifo", true)]
    [TestCase("exchange_1-events.fifo", true)]
    [TestCase("orders", false)]
    [TestCase("or ders.fifo", false)]
    [TestCase("orders.fifo.fifo", false)]
    public void A_queue_is_a_fifo_queue(string queue, bool isTaken) =>
        AssertTaken(new SqsOptions { Queue = queue }, isTaken ? null : "Exchange:Replication:Sqs:Queue");

    [TestCase("", true)]
    [TestCase("market-audit.1", true)]
    [TestCase("market/audit", false)]
    public void A_stream_is_a_name(string stream, bool isTaken) =>
        AssertTaken(new KinesisOptions { Stream = stream }, isTaken ? null : "Exchange:Replication:Kinesis:Stream");

    [TestCase("", true)]
    [TestCase("exchange-production", true)]
    [TestCase("two words", false)]
    [TestCase("a/b", false)]
    public void A_prefix_is_the_begin_of_tables_names(string prefix, bool isTaken) =>
        AssertTaken(new DynamoDbOptions { TablePrefix = prefix }, isTaken ? null : "Exchange:Replication:DynamoDb:TablePrefix");

    [TestCase("", true)]
    [TestCase("venue-1:", true)]
    [TestCase("{venue}:", false)]
    [TestCase("a b", false)]
    public void A_prefix_of_keys_leaves_braces_to_the_symbols(string prefix, bool isTaken) =>
        AssertTaken(new RedisOptions { KeyPrefix = prefix }, isTaken ? null : "Exchange:Replication:Redis:KeyPrefix");

    [Test]
    public void Numbers_beyond_their_bounds_are_refused()
    {
        AssertTaken(new RedisOptions { DepthLevels = 0 }, "Exchange:Replication:Redis:DepthLevels");
        AssertTaken(new RedisOptions { TradesKept = 1_001 }, "Exchange:Replication:Redis:TradesKept");
        AssertTaken(new RedisOptions { CandlesKept = 0 }, "Exchange:Replication:Redis:CandlesKept");
        AssertTaken(new RedisOptions { TimeoutMs = 99 }, "Exchange:Replication:Redis:TimeoutMs");
        AssertTaken(new SqsOptions { RequestsAtOnce = 65 }, "Exchange:Replication:Sqs:RequestsAtOnce");
        AssertTaken(new KinesisOptions { EventsPerRecord = 0 }, "Exchange:Replication:Kinesis:EventsPerRecord");
        AssertTaken(new DynamoDbOptions { RequestsAtOnce = 257 }, "Exchange:Replication:DynamoDb:RequestsAtOnce");
        AssertTaken(new DynamoDbOptions { BatchItems = 0 }, "Exchange:Replication:DynamoDb:BatchItems");
        AssertTaken(new DynamoDbOptions { OpenOrdersCached = -1 }, "Exchange:Replication:DynamoDb:OpenOrdersCached");
        AssertTaken(new DynamoDbOptions { DepthLevels = 5_001 }, "Exchange:Replication:DynamoDb:DepthLevels");
        AssertTaken(new DynamoDbOptions { BookIntervalMs = 10_001 }, "Exchange:Replication:DynamoDb:BookIntervalMs");
        AssertTaken(new FollowingOptions { OpenWaitMs = 60_001 }, "Exchange:Replication:Following:OpenWaitMs");
    }

    /// <param name="complaint">What the one complaint begins with; null for none.</param>
    private static void AssertTaken(object options, string? complaint)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);

        Assert.That(results.Select(result => result.ErrorMessage), complaint is null ? Is.Empty : Has.One.StartsWith(complaint).And.Exactly(1).Items);
    }
}
