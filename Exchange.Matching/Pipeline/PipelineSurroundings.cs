using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>What a pipeline's housekeeping works with; without it the pipeline trades all the same, and takes no snapshot.</summary>
public sealed record PipelineSurroundings<TRisk, TLedger>
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    /// <summary>Makes an empty exchange of the pipeline's kind, for snapshots; null: none is taken. Housekeeping thread.</summary>
    public Func<ExchangeParts<TRisk, TLedger>>? NewParts { get; init; }

    /// <summary>Who follows the journal's files.</summary>
    public JournalFollowers Followers { get; init; } = new();

    /// <summary>Where closed segments and snapshots are archived; null: nowhere. Housekeeping thread.</summary>
    public IArchive? Archive { get; init; }
}
