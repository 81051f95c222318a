using Exchange.Matching.Book;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

/// <summary>One tick and lot is worth 100 units of the quote asset here.</summary>
[TestFixture]
public sealed unsafe class SymbolBookTests
{
    private const int NoLimit = int.MaxValue;

    private OrderStore _orders = null!;
    private NodeStore _nodes = null!;
    private LeafStore _leaves = null!;
    private SymbolBook _book = null!;
    private long _lastOrderId;

    [SetUp]
    public void Create()
    {
        _orders = new OrderStore();
        _nodes = new NodeStore();
        _leaves = new LeafStore(_orders.Start);
        _book = new SymbolBook(SampleSymbols.New(SampleSymbols.Spec), _orders, _nodes, _leaves);
        _lastOrderId = 0;
    }

    [TearDown]
    public void Dispose()
    {
        _orders.Dispose();
        _nodes.Dispose();
        _leaves.Dispose();
    }

    [Test]
    public void An_empty_book_gives_nothing_and_is_not_exhausted() =>
        Assert.That(ByQuote(Side.Buy, 1_000_000), Is.EqualTo((0L, 0L, false)));

    [TestCase(99, 0L, 0L, false, Description = "less than one lot")]
    [TestCase(1_000, 1L, 1_000L, false, Description = "a part of the first level")]
    [TestCase(2_000, 2L, 2_000L, false, Description = "exactly the first level")]
    [TestCase(2_999, 2L, 2_000L, false, Description = "the first level, and not enough for a lot of the second")]
    [TestCase(3_100, 3L, 3_100L, false, Description = "the first level and a lot of the second")]
    [TestCase(3_999, 3L, 3_100L, false)]
    [TestCase(5_300, 5L, 5_300L, false, Description = "exactly the whole book")]
    [TestCase(6_399, 5L, 5_300L, false, Description = "the whole book, and not enough for another lot at its last price")]
    [TestCase(6_400, 5L, 5_300L, true, Description = "the whole book, and money for another lot")]
    [TestCase(long.MaxValue, 5L, 5_300L, true)]
    public void A_purchase_by_amount_is_exhausted_only_when_the_book_ran_out(long amount, long lots, long quote, bool isExhausted)
    {
        Rest(Side.Sell, price: 10, lots: 2);
        Rest(Side.Sell, price: 11, lots: 3);

        Assert.That(ByQuote(Side.Buy, amount), Is.EqualTo((lots, quote, isExhausted)));
    }

    [Test]
    public void A_purchase_that_cannot_afford_a_lot_of_a_dearer_level_is_not_exhausted()
    {
        Rest(Side.Sell, price: 10, lots: 1);
        Rest(Side.Sell, price: 500, lots: 1);

        Assert.That(ByQuote(Side.Buy, 1_000 + 2_500), Is.EqualTo((1L, 1_000L, false)));
    }

    [Test]
    public void A_sale_by_amount_that_leaves_a_level_standing_is_not_exhausted()
    {
        Rest(Side.Buy, price: 11, lots: 1);
        Rest(Side.Buy, price: 10, lots: 5);

        Assert.That(ByQuote(Side.Sell, 1_100 + 2_000), Is.EqualTo((3L, 3_100L, false)));
    }

    [Test]
    public void The_level_limit_counts_as_the_end_of_the_book()
    {
        Rest(Side.Sell, price: 10, lots: 2);
        Rest(Side.Sell, price: 11, lots: 3);

        Assert.That(ByQuote(Side.Buy, 100_000, levelLimit: 1), Is.EqualTo((2L, 2_000L, true)));
        Assert.That(ByQuote(Side.Buy, 100_000, levelLimit: 0), Is.EqualTo((0L, 0L, false)));
    }

    [TestCase(1, 1L, 1_000L)]
    [TestCase(2, 2L, 2_000L)]
    [TestCase(4, 4L, 4_200L)]
    [TestCase(9, 5L, 5_300L)]
    public void A_purchase_by_lots_takes_the_best_levels_first(long wanted, long lots, long quote)
    {
        Rest(Side.Sell, price: 11, lots: 3);
        Rest(Side.Sell, price: 10, lots: 1);
        Rest(Side.Sell, price: 10, lots: 1);

        var sweep = _book.LookThrough(Side.Buy, long.MaxValue, wanted, long.MaxValue, NoLimit);

        Assert.That((sweep.Lots, sweep.Quote), Is.EqualTo((lots, quote)));
    }

    [TestCase(Side.Buy, 10, 2L)]
    [TestCase(Side.Buy, 9, 0L)]
    [TestCase(Side.Buy, 12, 6L)]
    [TestCase(Side.Sell, 8, 3L)]
    [TestCase(Side.Sell, 9, 0L)]
    [TestCase(Side.Sell, 1, 7L)]
    public void A_limit_stops_at_its_price(Side side, long price, long lots)
    {
        Rest(Side.Sell, price: 10, lots: 2);
        Rest(Side.Sell, price: 12, lots: 4);
        Rest(Side.Buy, price: 8, lots: 3);
        Rest(Side.Buy, price: 1, lots: 4);

        var sweep = _book.LookThrough(side, _book.KeyOf(side.Opposite(), price), 1_000, long.MaxValue, NoLimit);

        Assert.That(sweep.Lots, Is.EqualTo(lots));
        Assert.That(_book.Crosses(side, price), Is.EqualTo(lots > 0));
    }

    [Test]
    public void Orders_leave_a_level_from_its_head_its_middle_and_its_tail()
    {
        foreach (var removal in (int[][])[[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 0, 3], [2, 0, 3, 1]])
        {
            Create();
            var slots = Enumerable.Range(0, 4).Select(i => Rest(Side.Buy, price: 7, lots: i + 1)).ToArray();
            var left = slots.ToList();
            foreach (var index in removal)
            {
                _book.Remove(slots[index]);
                left.Remove(slots[index]);
                Assert.That(Queue(Side.Buy), Is.EqualTo(left), $"removal {string.Join(",", removal)}");
            }

            Assert.That(_book.Ladder(Side.Buy).IsEmpty, Is.True);
        }
    }

    private (long Lots, long Quote, bool IsExhausted) ByQuote(Side side, long amount, int levelLimit = NoLimit)
    {
        var sweep = _book.LookThrough(side, long.MaxValue, long.MaxValue, amount, levelLimit);
        return (sweep.Lots, sweep.Quote, sweep.IsExhausted);
    }

    private int Rest(Side side, long price, long lots)
    {
        var slot = _orders.Add(++_lastOrderId, accountId: 1, symbolId: 0, default);
        ref var order = ref _orders[slot];
        order.Side = side;
        order.Price = price;
        order.Leaves = lots;
        _book.AddLast(slot);
        return slot;
    }

    /// <summary>Returns the slots of the best level in their order, after checking its totals.</summary>
    private List<int> Queue(Side side)
    {
        List<int> slots = [];
        var best = _book.Ladder(side).Best();
        if (best == null)
        {
            return slots;
        }

        for (var slot = best->First; slot != 0; slot = _orders[slot].Next)
        {
            slots.Add(slot);
        }

        Assert.That((best->Last, best->Quantity), Is.EqualTo((slots[^1], slots.Sum(slot => _orders[slot].Leaves))));
        return slots;
    }
}
