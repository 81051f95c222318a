using System.Numerics;
using System.Runtime.CompilerServices;

namespace Exchange.Matching.Book;

/// <summary>
/// The occupied price levels of one side of a book, ordered by key, best (lowest key) first: key = price for asks, maxPrice - price for bids.
/// A 64-way radix tree over the keys: finding, adding and removing a level takes one step per 6 bits of the occupied key range (2 to 3 for
/// prices within 4,096 or 262,144 ticks of each other), the next best key a bit scan per step; empty prices are never scanned and cost nothing,
/// so a far-away order or a market of 10^9 ticks costs a few nodes. The best key and its level are kept at hand. Engine thread only.
/// <code>
/// root covers keys with prefix = key >> 6*height; it grows upwards when a key lies outside.
/// node (264 bytes):  occupied: bit i set = child i exists | child[64]: nodes below, or levels in a node of height 1
/// height 2:          root ──child[key>>6 &amp; 63]──► leaf ──child[key &amp; 63]──► PriceLevel
/// </code>
/// </summary>
internal sealed class PriceLadder(NodeStore nodes)
{
    private const int BitsPerNode = 6;
    private const int MaxHeight = 11;

    private int _root;
    private int _height;
    private long _prefix;

    /// <summary>Key of the best level; meaningful unless empty.</summary>
    public long BestKey { get; private set; }

    /// <summary>The best level, or 0 when the side is empty.</summary>
    public int BestLevel { get; private set; }

    /// <summary>Occupied levels.</summary>
    public int Count { get; private set; }

    /// <summary>Returns the level at <paramref name="key"/>, or 0.</summary>
    public int Find(long key)
    {
        if (BestLevel == 0)
        {
            return 0;
        }

        if (key == BestKey)
        {
            return BestLevel;
        }

        if (ShiftDown(key, _height) != _prefix)
        {
            return 0;
        }

        var node = _root;
        for (var height = _height; height > 0; height--)
        {
            ref var current = ref nodes[node];
            var slot = SlotOf(key, height);
            if ((current.Occupied >> slot & 1) == 0)
            {
                return 0;
            }

            node = current.Children[slot];
        }

        return node;
    }

    /// <summary>Adds a level at a key that has none.</summary>
    public void Add(long key, int level)
    {
        if (Count == 0)
        {
            _root = nodes.Take();
            _height = 1;
            _prefix = ShiftDown(key, 1);
        }
        else
        {
            while (ShiftDown(key, _height) != _prefix)
            {
                GrowUpwards();
            }
        }

        var node = _root;
        for (var height = _height; height > 1; height--)
        {
            var slot = SlotOf(key, height);
            var occupied = nodes[node].Occupied;
            if ((occupied >> slot & 1) == 0)
            {
                var child = nodes.Take();
                ref var parent = ref nodes[node];
                parent.Occupied = occupied | 1UL << slot;
                parent.Children[slot] = child;
                node = child;
            }
            else
            {
                node = nodes[node].Children[slot];
            }
        }

        ref var leaf = ref nodes[node];
        var leafSlot = SlotOf(key, 1);
        leaf.Occupied |= 1UL << leafSlot;
        leaf.Children[leafSlot] = level;
        Count++;
        if (BestLevel == 0 || key < BestKey)
        {
            BestKey = key;
            BestLevel = level;
        }
    }

    /// <summary>Removes the level at <paramref name="key"/>, which exists, and finds the next best.</summary>
    public void Remove(long key)
    {
        Span<int> path = stackalloc int[MaxHeight + 1];
        var node = _root;
        for (var height = _height; height > 1; height--)
        {
            path[height] = node;
            node = nodes[node].Children[SlotOf(key, height)];
        }

        path[1] = node;
        Count--;
        for (var height = 1; height <= _height; height++)
        {
            ref var current = ref nodes[path[height]];
            current.Occupied &= ~(1UL << SlotOf(key, height));
            if (current.Occupied != 0)
            {
                break;
            }

            nodes.Free(path[height]);
        }

        if (Count == 0)
        {
            BestLevel = 0;
        }
        else if (key == BestKey)
        {
            BestLevel = FirstAfter(key, out var bestKey);
            BestKey = bestKey;
        }
    }

    /// <summary>Returns the level with the lowest key above <paramref name="key"/>, or 0 at the end.</summary>
    public int FirstAfter(long key, out long nextKey)
    {
        nextKey = 0;
        if (Count == 0)
        {
            return 0;
        }

        // Walk down along the key as far as nodes exist, remembering where a higher branch turns off.
        var node = _root;
        var height = _height;
        var branchNode = 0;
        var branchHeight = 0;
        if (key < 0 || ShiftDown(key, height) != _prefix)
        {
            return key >= 0 && ShiftDown(key, height) > _prefix ? 0 : LowestBelow(_root, _height, _prefix, out nextKey);
        }

        while (true)
        {
            ref var current = ref nodes[node];
            var slot = SlotOf(key, height);
            if ((current.Occupied & Above(slot)) != 0)
            {
                branchNode = node;
                branchHeight = height;
            }

            if (height == 1 || (current.Occupied >> slot & 1) == 0)
            {
                break;
            }

            node = current.Children[slot];
            height--;
        }

        if (branchNode == 0)
        {
            return 0;
        }

        ref var branch = ref nodes[branchNode];
        var next = BitOperations.TrailingZeroCount(branch.Occupied & Above(SlotOf(key, branchHeight)));
        var prefix = (ShiftDown(key, branchHeight) << BitsPerNode) | (long)next;
        if (branchHeight == 1)
        {
            nextKey = prefix;
            return branch.Children[next];
        }

        return LowestBelow(branch.Children[next], branchHeight - 1, prefix, out nextKey);
    }

    /// <summary>Returns the lowest level below a node, whose keys begin with <paramref name="prefix"/>.</summary>
    private int LowestBelow(int node, int height, long prefix, out long key)
    {
        for (; height > 0; height--)
        {
            ref var current = ref nodes[node];
            var slot = BitOperations.TrailingZeroCount(current.Occupied);
            prefix = (prefix << BitsPerNode) | (long)slot;
            node = current.Children[slot];
        }

        key = prefix;
        return node;
    }

    private void GrowUpwards()
    {
        var root = nodes.Take();
        ref var node = ref nodes[root];
        var slot = (int)(_prefix & 63);
        node.Occupied = 1UL << slot;
        node.Children[slot] = _root;
        _root = root;
        _height++;
        _prefix >>= BitsPerNode;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(long key, int height) => (int)(key >> (height - 1) * BitsPerNode) & 63;

    // A shift by 64 or more would wrap around: 11 nodes of 6 bits cover every key, and their prefix is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ShiftDown(long key, int height) => height >= MaxHeight ? 0 : key >> height * BitsPerNode;

    /// <summary>Returns the bits above <paramref name="slot"/>.</summary>
    private static ulong Above(int slot) => slot == 63 ? 0 : ulong.MaxValue << (slot + 1);
}
