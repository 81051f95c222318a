using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>The market and audit stream on Kinesis; section `Exchange:Replication:Kinesis`, checked at start.</summary>
public sealed class KinesisOptions
{
    public const string Section = "Exchange:Replication:Kinesis";

    /// <summary>Name of the stream; empty (default) for none.</summary>
    [RegularExpression("[A-Za-z0-9_.-]{1,128}", ErrorMessage = "Exchange:Replication:Kinesis:Stream is the name of a stream: up to 128 of A-Z a-z 0-9 _ . -")]
    public string Stream { get; set; } = "";

    /// <summary>
    /// Whether the stream is made where it is missing; default false: it belongs to the infrastructure, and a wrong name must not make a new one.
    /// </summary>
    public bool Create { get; set; }

    /// <summary>Shards of a stream made here: 1 to 500, default 1.</summary>
    [Range(1, 500, ErrorMessage = "Exchange:Replication:Kinesis:Shards is a number of shards from 1 to 500.")]
    public int Shards { get; set; } = 1;

    /// <summary>
    /// Events in one record of the stream at most: 1 to 10,000, default 100. More is fewer records (a shard takes 1,000 a second); fewer is
    /// smaller ones.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = "Exchange:Replication:Kinesis:EventsPerRecord is a number of events from 1 to 10000.")]
    public int EventsPerRecord { get; set; } = 100;

    /// <summary>
    /// Events after which the position is stored: 1 to 1,000,000, default 10,000. More is fewer syncs of a file; fewer is less that comes again after
    /// a crash, and a sooner stop.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Exchange:Replication:Kinesis:BatchEvents is a number of events from 1 to 1000000.")]
    public int BatchEvents { get; set; } = 10_000;
}
