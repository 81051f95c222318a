using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>Order and execution events to a FIFO queue of SQS; section `Exchange:Replication:Sqs`, checked at start.</summary>
public sealed class SqsOptions
{
    public const string Section = "Exchange:Replication:Sqs";

    /// <summary>Name of the queue, ending in `.fifo`; empty (default) for none. The dead-letter queue's ends in `-dead.fifo`.</summary>
    [RegularExpression("[A-Za-z0-9_-]{1,70}\\.fifo", ErrorMessage = "Exchange:Replication:Sqs:Queue is the name of a FIFO queue: up to 70 of A-Z a-z 0-9 _ -, then .fifo")]
    public string Queue { get; set; } = "";

    /// <summary>
    /// Whether the queue and its dead-letter queue are made where they are missing; default false: they belong to the infrastructure, and a wrong name
    /// must not make new ones.
    /// </summary>
    public bool Create { get; set; }

    /// <summary>Receives of a message before it goes to the dead-letter queue, for queues made here: 1 to 1,000, default 5.</summary>
    [Range(1, 1_000, ErrorMessage = "Exchange:Replication:Sqs:ReceivesMax is a number of receives from 1 to 1000.")]
    public int ReceivesMax { get; set; } = 5;

    /// <summary>
    /// Requests under way at once: 1 to 64, default 8. More sends the events of many accounts sooner; of one account there is never more than one.
    /// </summary>
    [Range(1, 64, ErrorMessage = "Exchange:Replication:Sqs:RequestsAtOnce is a number of requests from 1 to 64.")]
    public int RequestsAtOnce { get; set; } = 8;

    /// <summary>
    /// Messages after which the position is stored: 1 to 100,000, default 1,000. More is fewer syncs of a file; fewer is less that comes again after a
    /// crash, and a sooner stop.
    /// </summary>
    [Range(1, 100_000, ErrorMessage = "Exchange:Replication:Sqs:BatchMessages is a number of messages from 1 to 100000.")]
    public int BatchMessages { get; set; } = 1_000;
}
