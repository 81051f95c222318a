using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>A node of a <see cref="PriceLadder"/>. Children of clear bits are stale and never read.</summary>
internal struct LadderNode
{
    public ulong Occupied;
    public NodeChildren Children;

    [InlineArray(64)]
    internal struct NodeChildren
    {
        private int _first;
    }
}

/// <summary>The nodes of all ladders. Slots from 1, reused last-in-first-out. Engine thread only.</summary>
internal sealed class NodeStore
{
    private readonly ChunkedArray<LadderNode> _nodes = new();
    private int _free;
    private int _next = 1;

    public ref LadderNode this[int node]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _nodes[node];
    }

    /// <summary>Returns a node without children.</summary>
    public int Take()
    {
        if (_free != 0)
        {
            var reused = _free;
            _free = _nodes[reused].Children[0];
            return reused;
        }

        if (_next >= _nodes.Length)
        {
            _nodes.Grow();
        }

        return _next++;
    }

    /// <summary>Takes back a node without children.</summary>
    public void Free(int node)
    {
        _nodes[node].Children[0] = _free;
        _free = node;
    }
}
