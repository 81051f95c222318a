using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>
/// Random streams with snapshots all along, between the records of one command too: what is loaded is what was saved, byte for byte when saved
/// again, and it goes on as the original does.
/// </summary>
[TestFixture]
[Parallelizable]
public sealed class SnapshotContentTests
{
    private const int CopiesKept = 5;

    [TestCase(301UL, 1)]
    [TestCase(302UL, 1)]
    [TestCase(303UL, 3)]
    [TestCase(304UL, 1_000)]
    public void A_loaded_exchange_goes_on_as_the_one_that_was_saved(ulong seed, int workLimit)
    {
        var genesis = CommandGenerator.Genesis with { WorkLimit = workLimit };
        var random = new Random((int)seed);
        using var original = new BareExchange();
        var copies = new Queue<BareExchange>();
        var midCommand = 0;
        var untilSnapshot = 0;
        foreach (var command in CommandStream.Generate(seed, 1_000, genesis))
        {
            Step(original, copies, exchange => exchange.Begin);
            while (original.Engine.HasPendingWork)
            {
                if (random.Next(2) == 0)
                {
                    midCommand++;
                    TakeCopy(original, copies);
                }

                Step(original, copies, exchange => (_, onRecord) => exchange.Continue(command.TimeUs, onRecord));
            }

            if (untilSnapshot-- == 0)
            {
                TakeCopy(original, copies);
                untilSnapshot = random.Next(60);
            }

            void Step(BareExchange first, IEnumerable<BareExchange> others, Func<BareExchange, Action<StreamCommand, Action<byte[]>?>> execute)
            {
                byte[] expected = [];
                execute(first)(command, record => expected = record);
                foreach (var other in others)
                {
                    execute(other)(command, record => Assert.That(record, Is.EqualTo(expected), $"record {first.Sequence}"));
                }
            }
        }

        Assert.That(midCommand, Is.GreaterThan(workLimit > 100 ? -1 : 1), "snapshots between the records of one command");
        foreach (var copy in copies)
        {
            AssertEqual(copy, original);
            copy.Dispose();
        }
    }

    [Test]
    public void An_exchange_before_its_first_command_can_be_saved_and_loaded()
    {
        using var empty = new BareExchange();
        using var copy = new BareExchange();

        copy.LoadSnapshot(empty.SaveSnapshot(), sequence: 0);

        AssertEqual(copy, empty);
        Assert.That(copy.Engine.Mode, Is.Null);
    }

    /// <summary>Of resting orders, of orders in the views, of one that is matching, new or moved.</summary>
    [Test]
    public void A_client_id_that_is_none_is_refused_wherever_it_stands()
    {
        var genesis = CommandGenerator.Genesis with { WorkLimit = 1 };
        using var original = new BareExchange();
        HashSet<ClientOrderId> ids = [];
        var refusedWhilePlaced = 0;
        var refusedWhileMoved = 0;
        foreach (var command in CommandStream.Generate(305, 2_000, genesis))
        {
            ids.Add(command.Slot.ClientOrderId);
            original.Begin(command);
            for (; original.Engine.HasPendingWork; original.Continue(command.TimeUs))
            {
                refusedWhilePlaced += command.Slot.Type == CommandType.PlaceOrder && refusedWhilePlaced < 100 ? RefuseEach(original, ids) : 0;
                refusedWhileMoved += command.Slot.Type == CommandType.MoveOrder && refusedWhileMoved < 400 ? RefuseEach(original, ids) : 0;
            }
        }

        Assert.That(refusedWhilePlaced, Is.GreaterThanOrEqualTo(100));
        Assert.That(refusedWhileMoved, Is.GreaterThanOrEqualTo(400));
        Assert.That(RefuseEach(original, ids), Is.GreaterThan(10));
    }

    /// <summary>Spoils one id after the other in the content of a snapshot, and expects that it is not loaded; returns how many there were.</summary>
    private static int RefuseEach(BareExchange original, HashSet<ClientOrderId> ids)
    {
        var content = original.SaveSnapshot();
        var refused = 0;
        foreach (var id in ids.Where(id => !id.IsEmpty))
        {
            var bytes = MemoryMarshal.AsBytes([id]);
            for (var at = content.AsSpan().IndexOf(bytes); at >= 0;)
            {
                var spoiled = content.ToArray();
                spoiled[at + 1] |= 0x80;
                using var copy = new BareExchange();
                Assert.That(() => copy.LoadSnapshot(spoiled, original.Sequence), Throws.TypeOf<SnapshotDamagedException>(), $"{id} at {at} of {content.Length}");
                refused++;
                var next = content.AsSpan(at + 1).IndexOf(bytes);
                at = next < 0 ? -1 : at + 1 + next;
            }
        }

        return refused;
    }

    private static void TakeCopy(BareExchange original, Queue<BareExchange> copies)
    {
        var copy = new BareExchange();
        copy.LoadSnapshot(original.SaveSnapshot(), original.Sequence);
        AssertEqual(copy, original);
        copies.Enqueue(copy);
        if (copies.Count > CopiesKept)
        {
            using var oldest = copies.Dequeue();
            AssertEqual(oldest, original);
        }
    }

    private static void AssertEqual(BareExchange copy, BareExchange original)
    {
        var at = $"at {original.Sequence}";
        Assert.That(copy.SaveSnapshot(), Is.EqualTo(original.SaveSnapshot()), $"{at}: equal states give equal bytes");
        Assert.That(copy.Engine.ComputeStateHash(), Is.EqualTo(original.Engine.ComputeStateHash()), at);
        Assert.That(copy.ViewsText(), Is.EqualTo(original.ViewsText()), at);
        Assert.That(copy.Engine.FindInconsistency(), Is.Null, at);
    }
}
