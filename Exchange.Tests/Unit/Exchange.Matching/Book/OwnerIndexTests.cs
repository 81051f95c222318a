using System.Runtime.InteropServices;
using Exchange.Matching.Book;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed unsafe class OwnerIndexTests
{
    /// <summary>Accounts side by side on many symbols, so that owners share places and the table grows several times.</summary>
    [TestCase(1UL, 30_000, 1)]
    [TestCase(2UL, 1_000, 500)]
    [TestCase(3UL, 2, 65_535)]
    [TestCase(4UL, int.MaxValue, 3)]
    public void Holds_what_a_dictionary_holds_at_every_size(ulong seed, int accounts, int symbols)
    {
        const int Count = 100_000;
        var random = new SplitMix64(seed);
        var rows = (AccountOrders*)NativeMemory.AllocZeroed(Count + 1, (nuint)sizeof(AccountOrders));
        try
        {
            var index = new OwnerIndex(rows);
            Dictionary<long, int> model = [];
            for (var i = 0; i < Count; i++)
            {
                var owner = (uint)random.Between(1, accounts) | (random.Between(0, symbols - 1) << 32);
                var found = index.Find(owner);
                if (found != model.GetValueOrDefault(owner))
                {
                    Assert.Fail($"step {i}: owner {owner:x} gives row {found} instead of {model.GetValueOrDefault(owner)}");
                }

                if (found == 0)
                {
                    model.Add(owner, model.Count + 1);
                    rows[model.Count].Owner = owner;
                    index.Add(owner, model.Count);
                }
            }

            Assert.That(model.Where(pair => index.Find(pair.Key) != pair.Value), Is.Empty);
            Assert.That(model, Has.Count.GreaterThan(Math.Min(Count, (long)accounts * symbols) / 3));
            index.Dispose();
        }
        finally
        {
            NativeMemory.Free(rows);
        }
    }

    [Test]
    public void What_was_added_before_the_table_grew_is_soon_found_with_one_load_again()
    {
        // The table grows at 1,024 rows and repeats 16 with each that comes behind: the one beyond, and 64 more.
        const int Count = 1_024 + 1 + 64;
        var rows = (AccountOrders*)NativeMemory.AllocZeroed(Count + 1, (nuint)sizeof(AccountOrders));
        try
        {
            var index = new OwnerIndex(rows);
            for (var row = 1; row <= Count; row++)
            {
                rows[row].Owner = row;
                index.Add(row, row);
            }

            Assert.That(Enumerable.Range(1, Count).Select(owner => index.Guess(owner)), Is.EqualTo(Enumerable.Range(1, Count)));
            index.Dispose();
        }
        finally
        {
            NativeMemory.Free(rows);
        }
    }
}
