using System.Numerics;
using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// The occupied price levels of one side of a book, ordered by key, best (lowest key) first: key = price for asks, maxPrice - price for bids.
/// A 64-way radix tree over the keys, with a direct way to the leaves near each other: a leaf (64 prices) is looked up in a small table by the
/// low bits of its number, so that any window of 8,192 neighbouring prices, wherever the market stands, is reached without the tree. Outside,
/// the tree takes one step per 6 bits of the occupied key range. The next best level is a bit scan; empty prices are never scanned and cost
/// nothing, so a far-away order or a market of 10^9 ticks costs a few small nodes. The best key and its level are kept at hand.
/// A mutable struct, so that a book holds its two ladders in place. Engine thread only.
/// <code>
/// leaves[128]:     leaf number % 128 ──► leaf, or one of another number, or 0
/// root covers keys with prefix = key >> 6*height; it grows upwards when a key lies outside.
/// height 2:        root ──child[key>>6 &amp; 63]──► leaf ──child[key &amp; 63]──► PriceLevel
/// </code>
/// </summary>
internal struct PriceLadder(NodeStore nodes)
{
    private const int BitsPerNode = 6;
    private const int MaxHeight = 11;
    private const int LeafTableLength = 128;

    private readonly NodeStore _nodes = nodes;
    private int _root;
    private int _height;
    private long _prefix;
    private LeafTable _leaves;

    /// <summary>Leaves of this ladder that exist; a leaf that is given back or moved is taken out.</summary>
    [InlineArray(LeafTableLength)]
    private struct LeafTable
    {
        private int _first;
    }

    /// <summary>Key of the best level; meaningful unless empty.</summary>
    public long BestKey { readonly get; private set; }

    /// <summary>The best level, or 0 when the side is empty.</summary>
    public int BestLevel { readonly get; private set; }

    /// <summary>Occupied levels.</summary>
    public int Count { readonly get; private set; }

    /// <summary>Returns the level at <paramref name="key"/>, or 0.</summary>
    public int Find(long key) => Find(key, out _);

    /// <param name="leaf">The leaf whose range holds the key, or 0, for <see cref="Add"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long key, out int leaf)
    {
        leaf = FindLeaf(key);
        var slot = (int)key & 63;
        return leaf == 0 || (_nodes.Occupied(leaf) >> slot & 1) == 0 ? 0 : _nodes.Child(leaf, slot);
    }

    /// <summary>Fetches the table's entry for a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PrefetchTable(long key) => Prefetch.Line(in _leaves[(int)(key >> BitsPerNode) & (LeafTableLength - 1)]);

    /// <summary>Fetches the leaf that the table has for a key: what <see cref="Find"/> looks at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PrefetchLeaf(long key) => _nodes.Prefetch(_leaves[(int)(key >> BitsPerNode) & (LeafTableLength - 1)], (int)key & 63);

    /// <summary>Adds a level at a key that has none.</summary>
    /// <param name="leaf">As <see cref="Find(long, out int)"/> has found it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long key, int leaf, int level)
    {
        if (leaf == 0 || !_nodes.TryAdd(leaf, (int)key & 63, level))
        {
            AddToTree(key, level);
        }

        Count++;
        if (BestLevel == 0 || key < BestKey)
        {
            BestKey = key;
            BestLevel = level;
        }
    }

    /// <summary>Removes the level at <paramref name="key"/>, which exists, and finds the next best.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(long key)
    {
        var leaf = FindLeaf(key);
        Invariant.That(leaf != 0, "a level that is removed stands in its ladder");
        var left = _nodes.Remove(leaf, (int)key & 63);
        Count--;
        if (left == 0)
        {
            RemoveLeaf(key);
        }
        else if (key == BestKey)
        {
            // The best key is the lowest of its leaf: whatever is left there lies above it.
            var slot = BitOperations.TrailingZeroCount(left);
            BestKey = (key & ~63L) | (long)slot;
            BestLevel = _nodes.Child(leaf, slot);
        }
    }

    /// <summary>Returns the level with the lowest key above <paramref name="key"/>, or 0 at the end.</summary>
    public readonly int FirstAfter(long key, out long nextKey)
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
            var occupied = _nodes.Occupied(node);
            var slot = SlotOf(key, height);
            if ((occupied & Above(slot)) != 0)
            {
                branchNode = node;
                branchHeight = height;
            }

            if (height == 1 || (occupied >> slot & 1) == 0)
            {
                break;
            }

            node = _nodes.Child(node, slot);
            height--;
        }

        if (branchNode == 0)
        {
            return 0;
        }

        var next = BitOperations.TrailingZeroCount(_nodes.Occupied(branchNode) & Above(SlotOf(key, branchHeight)));
        var prefix = (ShiftDown(key, branchHeight) << BitsPerNode) | (long)next;
        var child = _nodes.Child(branchNode, next);
        if (branchHeight == 1)
        {
            nextKey = prefix;
            return child;
        }

        return LowestBelow(child, branchHeight - 1, prefix, out nextKey);
    }

    /// <summary>Returns the first fault of the tree and the table of leaves in words, or null. Walks everything: for tests.</summary>
    public readonly string? FindInconsistency()
    {
        if (Count == 0)
        {
            return BestLevel == 0 && _root == 0 ? null : "an empty ladder has a best level or nodes";
        }

        for (var i = 0; i < LeafTableLength; i++)
        {
            if (_leaves[i] is var leaf and not 0 && ((_nodes.Prefix(leaf) & (LeafTableLength - 1)) != i || LeafInTree(_nodes.Prefix(leaf) << BitsPerNode) != leaf))
            {
                return $"the table of leaves has at {i} a leaf of prefix {_nodes.Prefix(leaf)} that the tree has not";
            }
        }

        var levels = 0;
        var fault = FindInconsistency(_root, _height, _prefix, ref levels);
        return fault ?? (levels == Count ? null : $"{levels} levels in the tree, {Count} counted");
    }

    private readonly string? FindInconsistency(int node, int height, long prefix, ref int levels)
    {
        if (_nodes.Prefix(node) != prefix || _nodes.Occupied(node) == 0)
        {
            return $"a node of height {height} has prefix {_nodes.Prefix(node)} in the place of {prefix}, children {_nodes.Occupied(node):x}";
        }

        for (var rest = _nodes.Occupied(node); rest != 0; rest &= rest - 1)
        {
            var slot = BitOperations.TrailingZeroCount(rest);
            if (height == 1)
            {
                levels++;
            }
            else if (FindInconsistency(_nodes.Child(node, slot), height - 1, (prefix << BitsPerNode) | (long)slot, ref levels) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Returns the leaf whose range holds <paramref name="key"/>, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindLeaf(long key)
    {
        var number = key >> BitsPerNode;
        var leaf = _leaves[(int)number & (LeafTableLength - 1)];
        return leaf != 0 && _nodes.Prefix(leaf) == number ? leaf : FindLeafInTree(key);
    }

    /// <summary>Looks in the tree, and remembers the leaf in the table.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindLeafInTree(long key)
    {
        var leaf = LeafInTree(key);
        if (leaf != 0)
        {
            Remember(leaf, key);
        }

        return leaf;
    }

    private readonly int LeafInTree(long key)
    {
        if (Count == 0 || ShiftDown(key, _height) != _prefix)
        {
            return 0;
        }

        var node = _root;
        for (var height = _height; height > 1; height--)
        {
            var slot = SlotOf(key, height);
            if ((_nodes.Occupied(node) >> slot & 1) == 0)
            {
                return 0;
            }

            node = _nodes.Child(node, slot);
        }

        return node;
    }

    private void Remember(int leaf, long key) => _leaves[(int)(key >> BitsPerNode) & (LeafTableLength - 1)] = leaf;

    private void Forget(int leaf, long key)
    {
        ref var remembered = ref _leaves[(int)(key >> BitsPerNode) & (LeafTableLength - 1)];
        if (remembered == leaf)
        {
            remembered = 0;
        }
    }

    /// <summary>Adds a level where its leaf is missing or full, with the nodes that lead there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddToTree(long key, int level)
    {
        if (Count == 0)
        {
            _height = 1;
            _prefix = ShiftDown(key, 1);
            _root = _nodes.Take(_prefix);
        }
        else
        {
            while (ShiftDown(key, _height) != _prefix)
            {
                GrowUpwards();
            }
        }

        Span<int> path = stackalloc int[MaxHeight + 1];
        path[_height] = _root;
        for (var height = _height; height > 1; height--)
        {
            var slot = SlotOf(key, height);
            if ((_nodes.Occupied(path[height]) >> slot & 1) == 0)
            {
                path[height - 1] = _nodes.Take(ShiftDown(key, height - 1));
                AddChild(path, height, key, path[height - 1]);
            }
            else
            {
                path[height - 1] = _nodes.Child(path[height], slot);
            }
        }

        AddChild(path, height: 1, key, level);
        Remember(path[1], key);
    }

    /// <summary>Adds a child to the node of a height on the path, which may give way to a wider one.</summary>
    private void AddChild(Span<int> path, int height, long key, int child)
    {
        if (_nodes.TryAdd(path[height], SlotOf(key, height), child))
        {
            return;
        }

        var wide = _nodes.Widen(path[height]);
        path[height] = wide;
        if (height == _height)
        {
            _root = wide;
        }
        else
        {
            _nodes.Replace(path[height + 1], SlotOf(key, height + 1), wide);
        }

        _nodes.TryAdd(wide, SlotOf(key, height), child);
    }

    /// <summary>Gives a leaf without levels back, with the nodes above it that become empty, and finds the next best where it was the best.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveLeaf(long key)
    {
        Span<int> path = stackalloc int[MaxHeight + 1];
        path[_height] = _root;
        for (var height = _height; height > 1; height--)
        {
            path[height - 1] = _nodes.Child(path[height], SlotOf(key, height));
        }

        Forget(path[1], key);
        _nodes.Free(path[1]);
        for (var height = 2; height <= _height && _nodes.Remove(path[height], SlotOf(key, height)) == 0; height++)
        {
            _nodes.Free(path[height]);
        }

        if (Count == 0)
        {
            BestLevel = 0;
            _root = 0;
        }
        else if (key == BestKey)
        {
            BestLevel = FirstAfter(key, out var bestKey);
            BestKey = bestKey;
        }
    }

    /// <summary>Returns the lowest level below a node, whose keys begin with <paramref name="prefix"/>.</summary>
    private readonly int LowestBelow(int node, int height, long prefix, out long key)
    {
        for (; height > 0; height--)
        {
            var slot = BitOperations.TrailingZeroCount(_nodes.Occupied(node));
            prefix = (prefix << BitsPerNode) | (long)slot;
            node = _nodes.Child(node, slot);
        }

        key = prefix;
        return node;
    }

    private void GrowUpwards()
    {
        var slot = (int)(_prefix & 63);
        _prefix >>= BitsPerNode;
        var root = _nodes.Take(_prefix);
        _nodes.TryAdd(root, slot, _root);
        _root = root;
        _height++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(long key, int height) => (int)(key >> (height - 1) * BitsPerNode) & 63;

    // A shift by 64 or more would wrap around: 11 nodes of 6 bits cover every key, and their prefix is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ShiftDown(long key, int height) => height >= MaxHeight ? 0 : key >> height * BitsPerNode;

    /// <summary>Returns the bits above <paramref name="slot"/>.</summary>
    private static ulong Above(int slot) => slot == 63 ? 0 : ulong.MaxValue << (slot + 1);
}
