using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;

namespace Exchange.MarketData;

/// <summary>Views of their own for those who fold at another pace than the publisher.</summary>
internal sealed class MarketFolds(MarketDataView view) : IMarketFolds
{
    public IReadOnlyList<string> CandleIntervals { get; } = [.. CandleInterval.All.Select(interval => interval.Name)];

    public IMarketFold NewFold() => view.NewView();

    public IMarketFold CopyOfView()
    {
        using var bytes = new MemoryStream();
        var writer = new SnapshotWriter(bytes.Write);
        view.Save(writer);
        writer.Flush();
        bytes.Position = 0;
        var copy = view.NewView();
        copy.Load(new SnapshotReader(bytes.ReadExactly));
        return copy;
    }
}
