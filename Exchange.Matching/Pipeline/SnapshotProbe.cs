using Exchange.Matching.Engine;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Tells whether this build can go on from a snapshot that another build wrote, by loading it into an exchange that is thrown away. Why: a load that fails
/// half-way leaves the real one unusable, and an older snapshot or the journal could have taken its place. What this build wrote itself was loaded and
/// compared before it got its name, and is not loaded twice. One thread.
/// </summary>
/// <param name="newParts">Makes an empty exchange of the pipeline's kind.</param>
/// <param name="buildId">Of this build; must differ wherever code that loads snapshots differs.</param>
internal sealed class SnapshotProbe<TRisk, TLedger>(Func<ExchangeParts<TRisk, TLedger>> newParts, string buildId)
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    /// <summary>Checks a verified file, which stands at the beginning of its content afterwards.</summary>
    /// <exception cref="SnapshotDamagedException">This build cannot go on from it.</exception>
    /// <exception cref="StorageException">The storage failed.</exception>
    public void Check(SnapshotFileReader file, string name)
    {
        if (file.Header.BuildId == buildId)
        {
            return;
        }

        using var parts = newParts();
        using var engine = new MatchingEngine<TRisk, TLedger>(parts.Risk, parts.Ledger);
        try
        {
            Recovery.Fill(file, name, engine, parts.Consumers);
        }
        catch (Exception unreadable) when (unreadable is not (SnapshotDamagedException or StorageException or OutOfMemoryException))
        {
            // Content of another layout, taken for this build's: it may break whatever reads it.
            throw new SnapshotDamagedException($"{name} verifies, but build '{file.Header.BuildId}' wrote it otherwise than this build reads it: {unreadable.Message}");
        }

        file.Rewind();
    }
}
