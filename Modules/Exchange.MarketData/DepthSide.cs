using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>
/// The price levels of one side of a symbol's book, ordered best first: an AA tree (a balanced binary tree; A. Andersson 1993) over pooled
/// nodes in one array, named by number, 0 being the empty tree. Changing an existing level is a walk of at most 2 log2(n) nodes; nothing
/// allocates until the pool must grow. Not thread-safe: <see cref="MarketDataView"/> holds the lock.
/// Invariants: every level in the tree has a quantity above 0; a node's left child lies one level lower, its right child at most as high,
/// and no two right steps in a row stay on one level.
/// </summary>
internal sealed class DepthSide(Side side)
{
    private const int Empty = 0;

    private Node[] _nodes = new Node[16];
    private int _nodeCount = 1;
    private int _firstFree = Empty;
    private int _root = Empty;

    private struct Node
    {
        /// <summary>Price in ticks, negated for bids: the best price has the least key.</summary>
        public long Key;

        /// <summary>Lots.</summary>
        public long Quantity;

        public int Left;

        /// <summary>In a free node: the next free one.</summary>
        public int Right;

        /// <summary>1 for a leaf, 0 for <see cref="Empty"/> alone.</summary>
        public int Level;
    }

    /// <summary>Price levels now.</summary>
    public int Count { get; private set; }

    /// <summary>Adds lots (or takes them off, when negative) at a price; a level that reaches 0 disappears.</summary>
    /// <exception cref="InvariantBrokenException">A level would fall below 0.</exception>
    public void Change(long price, long lots)
    {
        var key = KeyOf(price);
        var node = _root;
        while (node != Empty && _nodes[node].Key != key)
        {
            node = key < _nodes[node].Key ? _nodes[node].Left : _nodes[node].Right;
        }

        if (node == Empty)
        {
            Invariant.That(lots > 0, "a price level is made by a quantity above zero");
            var added = TakeNode(key, lots);
            _root = Insert(_root, added);
            Count++;
            return;
        }

        ref var quantity = ref _nodes[node].Quantity;
        quantity += lots;
        Invariant.That(quantity >= 0, "no price level falls below zero");
        if (quantity == 0)
        {
            _root = Delete(_root, key);
            Count--;
        }
    }

    /// <summary>Returns the best level; one of 0 at 0 when there is none.</summary>
    public DepthLevel Best()
    {
        if (_root == Empty)
        {
            return default;
        }

        var node = _root;
        while (_nodes[node].Left != Empty)
        {
            node = _nodes[node].Left;
        }

        return new DepthLevel(KeyOf(_nodes[node].Key), _nodes[node].Quantity);
    }

    /// <summary>Appends the best <paramref name="limit"/> levels, best first.</summary>
    public void CopyBest(int limit, List<DepthLevel> levels) => Copy(_root, levels.Count + Math.Min(limit, Count), levels);

    /// <summary>The levels, best first.</summary>
    public void Save(SnapshotWriter writer)
    {
        var levels = new List<DepthLevel>(Count);
        CopyBest(Count, levels);
        writer.Write(levels.Count);
        foreach (var level in levels)
        {
            writer.Write(level.Price);
            writer.Write(level.Quantity);
        }
    }

    public void Load(SnapshotReader reader)
    {
        for (var left = reader.ReadCount(int.MaxValue); left > 0; left--)
        {
            var price = reader.ReadInt64();
            var quantity = reader.ReadInt64();
            if (quantity < 1)
            {
                throw new SnapshotDamagedException($"a price level of {quantity} lots");
            }

            Change(price, quantity);
        }
    }

    private long KeyOf(long price) => side == Side.Buy ? -price : price;

    private void Copy(int node, int until, List<DepthLevel> levels)
    {
        if (node == Empty || levels.Count >= until)
        {
            return;
        }

        Copy(_nodes[node].Left, until, levels);
        if (levels.Count >= until)
        {
            return;
        }

        levels.Add(new DepthLevel(KeyOf(_nodes[node].Key), _nodes[node].Quantity));
        Copy(_nodes[node].Right, until, levels);
    }

    private int Insert(int root, int added)
    {
        if (root == Empty)
        {
            return added;
        }

        if (_nodes[added].Key < _nodes[root].Key)
        {
            _nodes[root].Left = Insert(_nodes[root].Left, added);
        }
        else
        {
            _nodes[root].Right = Insert(_nodes[root].Right, added);
        }

        return Split(Skew(root));
    }

    private int Delete(int root, long key)
    {
        if (key < _nodes[root].Key)
        {
            _nodes[root].Left = Delete(_nodes[root].Left, key);
        }
        else if (key > _nodes[root].Key)
        {
            _nodes[root].Right = Delete(_nodes[root].Right, key);
        }
        else if (_nodes[root].Left == Empty)
        {
            // A node without a left child is a leaf's level: its right child, if any, is a leaf and takes its place as it is.
            var right = _nodes[root].Right;
            GiveBack(root);
            return right;
        }
        else
        {
            var predecessor = _nodes[root].Left;
            while (_nodes[predecessor].Right != Empty)
            {
                predecessor = _nodes[predecessor].Right;
            }

            _nodes[root].Key = _nodes[predecessor].Key;
            _nodes[root].Quantity = _nodes[predecessor].Quantity;
            _nodes[root].Left = Delete(_nodes[root].Left, _nodes[predecessor].Key);
        }

        return Rebalance(root);
    }

    /// <summary>Restores the levels of a node one of whose subtrees lost a node.</summary>
    private int Rebalance(int root)
    {
        var level = Math.Min(_nodes[_nodes[root].Left].Level, _nodes[_nodes[root].Right].Level) + 1;
        if (level < _nodes[root].Level)
        {
            _nodes[root].Level = level;
            ref var right = ref _nodes[_nodes[root].Right];
            right.Level = Math.Min(right.Level, level);
        }

        root = Skew(root);
        var second = Skew(_nodes[root].Right);
        _nodes[root].Right = second;
        if (second != Empty)
        {
            _nodes[second].Right = Skew(_nodes[second].Right);
        }

        root = Split(root);
        _nodes[root].Right = Split(_nodes[root].Right);
        return root;
    }

    /// <summary>Turns a left child of the same level to the top.</summary>
    private int Skew(int root)
    {
        var left = _nodes[root].Left;
        if (root == Empty || _nodes[left].Level != _nodes[root].Level)
        {
            return root;
        }

        _nodes[root].Left = _nodes[left].Right;
        _nodes[left].Right = root;
        return left;
    }

    /// <summary>Lifts the middle one of three nodes of the same level.</summary>
    private int Split(int root)
    {
        var right = _nodes[root].Right;
        if (root == Empty || _nodes[_nodes[right].Right].Level != _nodes[root].Level)
        {
            return root;
        }

        _nodes[root].Right = _nodes[right].Left;
        _nodes[right].Left = root;
        _nodes[right].Level++;
        return right;
    }

    private int TakeNode(long key, long quantity)
    {
        var node = _firstFree;
        if (node != Empty)
        {
            _firstFree = _nodes[node].Right;
        }
        else
        {
            if (_nodeCount == _nodes.Length)
            {
                Array.Resize(ref _nodes, 2 * _nodes.Length);
            }

            node = _nodeCount++;
        }

        _nodes[node] = new Node { Key = key, Quantity = quantity, Level = 1 };
        return node;
    }

    private void GiveBack(int node)
    {
        _nodes[node] = new Node { Right = _firstFree };
        _firstFree = node;
    }
}
