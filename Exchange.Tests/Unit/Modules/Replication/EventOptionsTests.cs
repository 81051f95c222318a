using System.ComponentModel.DataAnnotations;
using Exchange.Replication;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

/// <summary>Names of the queue and the stream: none is none, those of infra/Exchange.Infra are taken, others are refused with what to write.</summary>
public sealed class EventOptionsTests
{
    [TestCase("", true)]
    [TestCase("exchange-production-events.fifo", true)]
    [TestCase("exchange-production-events", false)]
    [TestCase("two words.fifo", false)]
    public void A_queue_is_a_fifo_queues_name(string queue, bool isTaken) =>
        Assert.That(Wrong(new SqsOptions { Queue = queue }), isTaken ? Is.Empty : Has.One.StartsWith($"{SqsOptions.Section}:Queue "));

    [TestCase("", true)]
    [TestCase("exchange-production-market-audit", true)]
    [TestCase("two words", false)]
    public void A_stream_is_a_streams_name(string stream, bool isTaken) =>
        Assert.That(Wrong(new KinesisOptions { Stream = stream }), isTaken ? Is.Empty : Has.One.StartsWith($"{KinesisOptions.Section}:Stream "));

    private static List<string> Wrong(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.ConvertAll(result => result.ErrorMessage!);
    }
}
