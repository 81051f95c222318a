using Exchange.Accounts;
using Exchange.Matching.Events;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Risk;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Pipeline;

public sealed class ExchangePartsTests
{
    [Test]
    public void What_is_thrown_away_gives_the_memory_of_every_part_back()
    {
        var whole = BareExchange.NewParts();
        var view = new ReservingView();
        var parts = new ExchangeParts<RiskPort, LedgerPort>(whole.Risk, whole.Ledger, [.. whole.Consumers, view]);
        parts.Dispose();
        Assert.That(view.IsReleased);
        Assert.That(
            new object[] { parts.Risk, parts.Ledger }.Concat(whole.Consumers).OfType<IReservesMemory>().Select(part => part.GetType().Name),
            Is.EquivalentTo(new[] { nameof(RiskPort), nameof(LedgerPort), nameof(BalancesView), nameof(OrderCountsView) }),
            "who has memory outside of the heap, says so");
    }

    private sealed class ReservingView : IRecordConsumer, IReservesMemory
    {
        public bool IsReleased { get; private set; }

        public void ReleaseMemory() => IsReleased = true;

        public void BeginBatch() => throw new NotSupportedException();

        public void Apply(in Record record, int replyToken) => throw new NotSupportedException();

        public void EndBatch() => throw new NotSupportedException();

        public void Save(SnapshotWriter writer) => throw new NotSupportedException();

        public void Load(SnapshotReader reader) => throw new NotSupportedException();
    }
}
