using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>The resting orders of one symbol: a sorted map of prices, each with its queue, oldest first.</summary>
public sealed class ReferenceBook
{
    private readonly SortedDictionary<long, LinkedList<ReferenceOrder>> _bids =
        new(Comparer<long>.Create((left, right) => right.CompareTo(left)));

    private readonly SortedDictionary<long, LinkedList<ReferenceOrder>> _asks = [];

    private long _queued;

    /// <summary>The last update id given out.</summary>
    public long UpdateId { get; set; }

    public long LastTradeId { get; set; }

    public long LastAggregateTradeId { get; set; }

    /// <summary>Returns the levels of one side, best first, each with its queue.</summary>
    public IReadOnlyList<(long Price, IReadOnlyCollection<ReferenceOrder> Queue)> Levels(Side side) =>
        [.. Of(side).Select(level => (level.Key, (IReadOnlyCollection<ReferenceOrder>)level.Value))];

    public IEnumerable<ReferenceOrder> Orders(Side side) => Of(side).Values.SelectMany(queue => queue);

    /// <summary>Returns the oldest order at the best price, or null.</summary>
    public ReferenceOrder? Best(Side side) => Of(side).Values.FirstOrDefault()?.First!.Value;

    /// <summary>Returns whether an order of <paramref name="side"/> with this limit meets an order of the other side.</summary>
    public bool Crosses(Side side, long limit) =>
        Best(side.Opposite()) is { } best && IsAtOrBetter(side, limit, best.Price);

    /// <summary>Returns whether <paramref name="price"/> is acceptable to an order of <paramref name="side"/> with this limit.</summary>
    public static bool IsAtOrBetter(Side side, long limit, long price) => side == Side.Buy ? price <= limit : price >= limit;

    /// <summary>Puts the order at the end of the queue of its price.</summary>
    public void Add(ReferenceOrder order)
    {
        order.QueuedAt = ++_queued;
        var levels = Of(order.Side);
        if (!levels.TryGetValue(order.Price, out var queue))
        {
            levels.Add(order.Price, queue = new LinkedList<ReferenceOrder>());
        }

        queue.AddLast(order);
    }

    public void Remove(ReferenceOrder order)
    {
        var levels = Of(order.Side);
        var queue = levels[order.Price];
        queue.Remove(order);
        if (queue.Count == 0)
        {
            levels.Remove(order.Price);
        }
    }

    private SortedDictionary<long, LinkedList<ReferenceOrder>> Of(Side side) => side == Side.Buy ? _bids : _asks;
}
