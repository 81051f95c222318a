using Exchange.Matching.Administration;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Administration;

[TestFixture]
public sealed class RequestTableTests
{
    [Test]
    public void It_remembers_the_latest_and_forgets_the_oldest()
    {
        var table = new RequestTable(capacity: 3);
        for (var id = 1; id <= 5; id++)
        {
            table.Remember((UInt128)id, fingerprint: (ulong)id * 10, sequence: id * 100, resultId: id);
        }

        Assert.That(Enumerable.Range(1, 5).Where(id => table.TryFind((UInt128)id, out _, out _, out _)), Is.EqualTo(new[] { 3, 4, 5 }));
        Assert.That(table.TryFind(4, out var fingerprint, out var sequence, out var resultId), Is.True);
        Assert.That((fingerprint, sequence, resultId), Is.EqualTo((40UL, 400L, 4)));
    }

    [TestCase(0)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(7)]
    public void A_loaded_table_equals_the_saved_one_and_forgets_as_it_does(int count)
    {
        var saved = new RequestTable(capacity: 3);
        for (var id = 1; id <= count; id++)
        {
            saved.Remember((UInt128)id << 70, 1, id, id);
        }

        var loaded = Copy(saved);

        Assert.That(HashOf(loaded), Is.EqualTo(HashOf(saved)));
        saved.Remember(99, 1, 1, 1);
        loaded.Remember(99, 1, 1, 1);
        Assert.That(HashOf(loaded), Is.EqualTo(HashOf(saved)));
        Assert.That(
            Enumerable.Range(1, 7).Where(id => loaded.TryFind((UInt128)id << 70, out _, out _, out _)),
            Is.EqualTo(Enumerable.Range(1, 7).Where(id => saved.TryFind((UInt128)id << 70, out _, out _, out _))));
    }

    private static RequestTable Copy(RequestTable table)
    {
        var bytes = new MemoryStream();
        var writer = new SnapshotWriter(bytes.Write);
        table.Save(writer);
        writer.Flush();
        bytes.Position = 0;
        var copy = new RequestTable(capacity: 3);
        copy.Load(new SnapshotReader(bytes.ReadExactly));
        return copy;
    }

    private static ulong HashOf(RequestTable table)
    {
        var hash = new StateHash();
        table.AddTo(ref hash);
        return hash.Value;
    }
}
