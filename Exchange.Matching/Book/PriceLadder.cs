using System.Numerics;
using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// The occupied price levels of one side of a book, ordered by key, best (lowest key) first: key = price for asks, maxPrice - price for bids.
/// A 64-way radix tree over the keys whose leaves hold the levels, with a direct way to the leaves near each other: a leaf (64 prices) is looked
/// up in a small table by the low bits of its number, so that any window of 8,192 neighbouring prices, wherever the market stands, is reached
/// without the tree. Outside, the tree takes one step per 6 bits of the occupied key range. The next best level is a bit scan; empty prices are
/// never scanned and cost nothing, so a far-away order or a market of 10^9 ticks costs a few small nodes.
/// <para>
/// Around a market, leaves are wide: there, a level comes and goes without a branch that depends on whether it exists, which no processor can
/// foresee. Everything else is out of line; where prices are far apart, most levels have one order, and are no more than its slot.
/// </para>
/// A mutable struct, so that a book holds its two ladders in place. Engine thread only.
/// <code>
/// leaves[128]:     leaf number % 128 ──► leaf, or one of another number, or 0
/// root covers keys with prefix = key >> 6*height; it grows upwards when a key lies outside.
/// height 2:        root ──child[key>>6 &amp; 63]──► leaf ──level[key &amp; 63]──► PriceLevel
/// </code>
/// </summary>
internal unsafe struct PriceLadder(NodeStore nodes, LeafStore leaves)
{
    /// <summary>Greatest key of a level.</summary>
    public const long MaxKey = long.MaxValue - 1;

    private const int BitsPerNode = 6;
    private const int MaxHeight = 11;
    private const int LeafTableLength = 128;

    /// <summary>With so few levels left, a wide leaf becomes compact: so that it does not change back at once, fewer than a compact one may have.</summary>
    private const int WideMin = 6;

    private readonly NodeStore _nodes = nodes;
    private readonly LeafStore _store = leaves;
    private readonly Leaf* _start = leaves.Start;
    private int _leafCount;
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

    /// <summary>Key of the best level; long.MaxValue when there is none.</summary>
    public long BestKey
    {
        readonly get => _bestKey;
        private set => _bestKey = value;
    }

    private long _bestKey = long.MaxValue;

    public readonly bool IsEmpty => BestKey == long.MaxValue;

    // Safety, for all that follows: leaves lie in their store and never move; what the table names is a leaf of this ladder, or line 0.

    /// <summary>Returns the level at <paramref name="key"/>, or null.</summary>
    public PriceLevel* Find(long key)
    {
        var leaf = LeafOf(key);
        var slot = (int)key & 63;
        return leaf == null || !leaf->Has(slot) ? null : _store.LevelAt(leaf, slot);
    }

    /// <summary>Returns the level at <paramref name="key"/>, which exists; valid until another level comes or goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PriceLevel* LevelAt(long key)
    {
        var leaf = Remembered(key);
        return leaf->Tag == Leaf.TagOf(key >> BitsPerNode, Leaf.Wide) ? Leaf.WideLevel(leaf, key) : LevelOtherwise(key);
    }

    /// <summary>
    /// Returns the level at <paramref name="key"/>, new and all zero where there was none, for an order (its slot) to be put at its tail; valid until another
    /// level comes or goes. Null when the order now stands there alone, and nothing is left to do.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PriceLevel* Occupy(long key, int order)
    {
        BestKey = Math.Min(BestKey, key);
        var leaf = Remembered(key);
        if (leaf->Tag != Leaf.TagOf(key >> BitsPerNode, Leaf.Wide))
        {
            return OccupyOtherwise(key, order);
        }

        leaf->Occupied |= 1UL << (int)key;
        return Leaf.WideLevel(leaf, key);
    }

    /// <summary>
    /// Removes the level at <paramref name="key"/>, which exists, where <paramref name="isEmpty"/> says so: then it is all zero. Finds the next best.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Vacate(long key, bool isEmpty)
    {
        if (TryFindWide(key, out var leaf))
        {
            VacateWide(leaf, key, isEmpty);
        }
        else if (isEmpty)
        {
            RemoveOtherwise(key);
        }
    }

    /// <summary>Returns whether the leaf of a key is wide, and close at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryFindWide(long key, out Leaf* leaf)
    {
        leaf = Remembered(key);
        return leaf->Tag == Leaf.TagOf(key >> BitsPerNode, Leaf.Wide);
    }

    /// <summary>As <see cref="Vacate"/>, for the wide leaf of the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void VacateWide(Leaf* leaf, long key, bool isEmpty)
    {
        var occupied = leaf->Occupied & ~((isEmpty ? 1UL : 0UL) << (int)key);
        leaf->Occupied = occupied;
        if (isEmpty & ((key == BestKey) | (BitOperations.PopCount(occupied) <= WideMin)))
        {
            ClearUp(key, leaf);
        }
    }

    /// <summary>As <see cref="Vacate"/>, for the wide leaf of the best key, which is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void VacateBest(Leaf* leaf, long key)
    {
        var occupied = leaf->Occupied & ~(1UL << (int)key);
        leaf->Occupied = occupied;
        if (BitOperations.PopCount(occupied) > WideMin)
        {
            BestKey = NextInLeaf(key, occupied);
        }
        else
        {
            ClearUp(key, leaf);
        }
    }

    /// <summary>Fetches the best key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PrefetchBest() => Prefetch.Line(in _bestKey);

    /// <summary>Fetches the table's place of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PrefetchTable(long key) => Prefetch.Line(in _leaves[IndexOf(key)]);

    /// <summary>Fetches what the table has for a key: the head of the leaf, which is returned, and the place of the level where the leaf is wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Leaf* PrefetchLevel(long key)
    {
        var leaf = Remembered(key);
        Prefetch.Line(leaf);
        Prefetch.Line(Leaf.WideLevel(leaf, key));
        return leaf;
    }

    /// <summary>Whether there are so many leaves that the table seldom has the one that is looked for.</summary>
    public readonly bool IsScattered => _leafCount > 4 * LeafTableLength;

    /// <summary>Fetches the node above the leaf of a key: the upper ones are few, and read.</summary>
    public readonly void PrefetchNode(long key)
    {
        var node = NodeAbove(key, 2);
        if (node != 0)
        {
            _nodes.Prefetch(node);
        }
    }

    /// <summary>Fetches the leaf of a key, wherever it is, whose node has been fetched.</summary>
    public readonly void PrefetchScattered(long key)
    {
        var leaf = LeafInTree(key);
        if (leaf != 0)
        {
            Prefetch.Line(_start + leaf);
        }
    }

    /// <summary>Returns the leaf that the table has for a key: perhaps one of another number, or line 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Leaf* Remembered(long key) => _start + _leaves[IndexOf(key)];

    /// <summary>Returns the first and the last order at a key, as far as the table tells, or nobody's; whatever the key. The quantity is not told.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PriceLevel GuessQueue(long key) => _store.GuessQueue(Remembered(key), key);

    /// <summary>Returns the best level, or null when there is none.</summary>
    public PriceLevel* Best() => IsEmpty ? null : LevelAt(BestKey);

    /// <summary>Returns the level with the lowest key above <paramref name="key"/>, or null at the end.</summary>
    public readonly PriceLevel* FirstAfter(long key, out long nextKey)
    {
        nextKey = 0;
        if (_root == 0)
        {
            return null;
        }

        // Walk down along the key as far as nodes exist, remembering where a higher branch turns off.
        var node = _root;
        var height = _height;
        var branchNode = 0;
        var branchHeight = 0;
        if (key < 0 || ShiftDown(key, height) != _prefix)
        {
            return key >= 0 && ShiftDown(key, height) > _prefix ? null : LowestBelow(_root, _height, _prefix, out nextKey);
        }

        while (true)
        {
            var occupied = OccupiedOf(node, height);
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
            return null;
        }

        var next = BitOperations.TrailingZeroCount(OccupiedOf(branchNode, branchHeight) & Above(SlotOf(key, branchHeight)));
        var prefix = (ShiftDown(key, branchHeight) << BitsPerNode) | (long)next;
        if (branchHeight == 1)
        {
            nextKey = prefix;
            return _store.LevelAt(_start + branchNode, next);
        }

        return LowestBelow(_nodes.Child(branchNode, next), branchHeight - 1, prefix, out nextKey);
    }

    /// <summary>Returns the number of levels. Walks all leaves: not per command.</summary>
    public readonly int CountLevels()
    {
        var count = 0;
        for (var level = FirstAfter(-1, out var key); level != null; level = FirstAfter(key, out key))
        {
            count++;
        }

        return count;
    }

    /// <summary>Returns the first fault of the tree and the table of leaves in words, or null. Walks everything: for tests.</summary>
    public readonly string? FindInconsistency()
    {
        if (_root == 0)
        {
            return IsEmpty ? null : "a ladder without nodes has a best level";
        }

        for (var i = 0; i < LeafTableLength; i++)
        {
            if (_leaves[i] is var leaf and not 0
                && ((_start[leaf].Number & (LeafTableLength - 1)) != i || LeafInTree(_start[leaf].Number << BitsPerNode) != leaf))
            {
                return $"the table of leaves has at {i} a leaf of number {_start[leaf].Number} that the tree has not";
            }
        }

        FirstAfter(-1, out var best);
        return best == BestKey ? FindInconsistency(_root, _height, _prefix) : $"the best key is {BestKey}, the lowest {best}";
    }

    private readonly string? FindInconsistency(int node, int height, long prefix)
    {
        var occupied = OccupiedOf(node, height);
        if ((height == 1 ? _start[node].Number : _nodes.Prefix(node)) != prefix || occupied == 0)
        {
            return $"a node of height {height} does not have the prefix {prefix}, or no children: {occupied:x}";
        }

        if (height == 1 && _start[node].Kind == Leaf.Compact && !Leaf.IsConsistent(_start + node))
        {
            return $"the compact leaf {prefix} does not have the levels that its bits say";
        }

        for (var slot = 0; slot < 64; slot++)
        {
            var exists = (occupied >> slot & 1) != 0;
            if (height == 1)
            {
                var level = exists || _start[node].Kind == Leaf.Wide ? _store.LevelAt(_start + node, slot) : null;
                if (level != null && exists == ((level->Quantity | (long)level->First | (long)level->Last) == 0))
                {
                    return $"the level of key {(prefix << BitsPerNode) | (long)slot} exists and has nothing, or has something and does not exist";
                }
            }
            else if (exists && FindInconsistency(_nodes.Child(node, slot), height - 1, (prefix << BitsPerNode) | (long)slot) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf(long key) => (int)(key >> BitsPerNode) & (LeafTableLength - 1);

    /// <summary>Returns the leaf whose range holds <paramref name="key"/>, or null; the table remembers it.</summary>
    private Leaf* LeafOf(long key)
    {
        var leaf = _leaves[IndexOf(key)];
        if (leaf == 0 || _start[leaf].Number != key >> BitsPerNode)
        {
            leaf = LeafInTree(key);
            if (leaf == 0)
            {
                return null;
            }

            Remember(leaf, key);
        }

        return _start + leaf;
    }

    private readonly int LeafInTree(long key) => NodeAbove(key, 1);

    /// <summary>Returns the node of a height whose range holds a key, or 0; at height 1, the leaf.</summary>
    private readonly int NodeAbove(long key, int lowest)
    {
        if (_root == 0 || _height < lowest || ShiftDown(key, _height) != _prefix)
        {
            return 0;
        }

        var node = _root;
        for (var height = _height; height > lowest; height--)
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

    private void Remember(int leaf, long key) => _leaves[IndexOf(key)] = leaf;

    private void Forget(int leaf, long key)
    {
        ref var remembered = ref _leaves[IndexOf(key)];
        if (remembered == leaf)
        {
            remembered = 0;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PriceLevel* LevelOtherwise(long key)
    {
        var leaf = LeafOf(key);
        Invariant.That(leaf != null, "a level that is looked for stands in its ladder");
        return _store.LevelAt(leaf, (int)key & 63);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PriceLevel* OccupyOtherwise(long key, int order)
    {
        var leaf = LeafOf(key);
        var slot = (int)key & 63;
        leaf = leaf != null ? leaf : AddLeaf(key);
        if (leaf->Kind == Leaf.Compact)
        {
            if (leaf->Has(slot))
            {
                return _store.ShareLevelAt(leaf, slot);
            }

            if (leaf->Count < Leaf.CompactMax)
            {
                Leaf.Add(leaf, slot, order);
                return null;
            }

            leaf = Put(key, _store.Widen((int)(leaf - _start)));
        }

        leaf->Occupied |= 1UL << slot;
        return Leaf.WideLevel(leaf, slot);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveOtherwise(long key)
    {
        var leaf = LeafOf(key);
        Invariant.That(leaf != null, "a level that is removed stands in its ladder");
        _store.Remove(leaf, (int)key & 63);
        ClearUp(key, leaf);
    }

    /// <summary>Behind the removal of a level: finds the next best, and gives back what its leaf has too much, or the whole of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ClearUp(long key, Leaf* leaf)
    {
        var occupied = leaf->Occupied;
        var next = NextInLeaf(key, occupied);
        if (occupied == 0)
        {
            RemoveLeaf(key);
            next = key != BestKey ? 0 : FirstAfter(key, out var above) == null ? long.MaxValue : above;
        }
        else if (leaf->Kind == Leaf.Wide && leaf->Count <= WideMin)
        {
            Put(key, _store.Narrow((int)(leaf - _start)));
        }

        if (key == BestKey)
        {
            BestKey = next;
        }
    }

    /// <summary>Returns the key that comes next behind the best one, in the same leaf: as that was the lowest of it, whatever is left there lies above it.</summary>
    private static long NextInLeaf(long key, ulong occupied) => (key & ~63L) | (long)BitOperations.TrailingZeroCount(occupied);

    /// <summary>Adds the leaf that is missing for a key, with the nodes that lead there.</summary>
    private Leaf* AddLeaf(long key)
    {
        var leaf = _store.Take(key >> BitsPerNode, Leaf.Compact);
        _leafCount++;
        if (_root == 0)
        {
            _height = 1;
            _prefix = key >> BitsPerNode;
            _root = leaf;
        }
        else
        {
            while (ShiftDown(key, _height) != _prefix)
            {
                GrowUpwards();
            }

            Span<int> path = stackalloc int[MaxHeight + 1];
            path[_height] = _root;
            for (var height = _height; height > 1; height--)
            {
                var slot = SlotOf(key, height);
                if ((_nodes.Occupied(path[height]) >> slot & 1) == 0)
                {
                    path[height - 1] = height == 2 ? leaf : _nodes.Take(ShiftDown(key, height - 1));
                    AddChild(path, height, key, path[height - 1]);
                }
                else
                {
                    path[height - 1] = _nodes.Child(path[height], slot);
                }
            }
        }

        Remember(leaf, key);
        return _start + leaf;
    }

    /// <summary>Puts a leaf of another kind in the place of that of a key; returns it.</summary>
    private Leaf* Put(long key, int changed)
    {
        if (_height == 1)
        {
            _root = changed;
        }
        else
        {
            var node = _root;
            for (var height = _height; height > 2; height--)
            {
                node = _nodes.Child(node, SlotOf(key, height));
            }

            _nodes.Replace(node, SlotOf(key, 2), changed);
        }

        Remember(changed, key);
        return _start + changed;
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

    /// <summary>Gives a leaf without levels back, with the nodes above it that become empty.</summary>
    private void RemoveLeaf(long key)
    {
        Span<int> path = stackalloc int[MaxHeight + 1];
        path[_height] = _root;
        for (var height = _height; height > 1; height--)
        {
            path[height - 1] = _nodes.Child(path[height], SlotOf(key, height));
        }

        _leafCount--;
        Forget(path[1], key);
        _store.Free(path[1]);
        var left = 0UL;
        for (var height = 2; height <= _height && (left = _nodes.Remove(path[height], SlotOf(key, height))) == 0; height++)
        {
            _nodes.Free(path[height]);
        }

        if (left == 0)
        {
            _root = 0;
        }
    }

    /// <summary>Returns the lowest level below a node, whose keys begin with <paramref name="prefix"/>.</summary>
    private readonly PriceLevel* LowestBelow(int node, int height, long prefix, out long key)
    {
        for (; height > 1; height--)
        {
            var slot = BitOperations.TrailingZeroCount(_nodes.Occupied(node));
            prefix = (prefix << BitsPerNode) | (long)slot;
            node = _nodes.Child(node, slot);
        }

        var lowest = BitOperations.TrailingZeroCount(_start[node].Occupied);
        key = (prefix << BitsPerNode) | (long)lowest;
        return _store.LevelAt(_start + node, lowest);
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

    private readonly ulong OccupiedOf(int node, int height) => height == 1 ? _start[node].Occupied : _nodes.Occupied(node);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(long key, int height) => (int)(key >> (height - 1) * BitsPerNode) & 63;

    // A shift by 64 or more would wrap around: 11 nodes of 6 bits cover every key, and their prefix is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ShiftDown(long key, int height) => height >= MaxHeight ? 0 : key >> height * BitsPerNode;

    /// <summary>Returns the bits above <paramref name="slot"/>.</summary>
    private static ulong Above(int slot) => slot == 63 ? 0 : ulong.MaxValue << (slot + 1);
}
