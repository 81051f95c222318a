using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Market;

/// <summary>The market and its symbols as they stand behind one sequence: what stores of the market are written from. One thread.</summary>
internal sealed class MarketReplica(IMarketFold fold, SymbolDirectory symbols, long sequence)
{
    public IMarketFold Fold => fold;

    public SymbolDirectory Symbols => symbols;

    /// <summary>The last record that was taken in.</summary>
    public long Sequence { get; private set; } = sequence;

    public static MarketReplica Empty(IMarketFolds folds) => new(folds.NewFold(), new SymbolDirectory(), 0);

    /// <summary>Returns what the published views hold; only while nothing changes them.</summary>
    /// <param name="sequence">Behind which they stand.</param>
    public static MarketReplica CopyOfViews(IMarketFolds folds, SymbolDirectory published, long sequence)
    {
        using var bytes = new MemoryStream();
        var writer = new SnapshotWriter(bytes.Write);
        published.Save(writer);
        writer.Flush();
        bytes.Position = 0;
        var symbols = new SymbolDirectory();
        symbols.Load(new SnapshotReader(bytes.ReadExactly));
        return new MarketReplica(folds.CopyOfView(), symbols, sequence);
    }

    /// <summary>Takes the next record in; returns the symbol whose market it may have changed, or <see cref="IMarketFold.NoSymbol"/>.</summary>
    public int Apply(in Record record)
    {
        Invariant.That(record.Sequence == Sequence + 1, "records are applied in sequence, each once");
        Sequence = record.Sequence;
        symbols.Apply(record, CommandSlot.NoReply);
        fold.BeginBatch();
        fold.Apply(record, CommandSlot.NoReply);
        fold.EndBatch();
        return fold.ChangedSymbolId;
    }
}
