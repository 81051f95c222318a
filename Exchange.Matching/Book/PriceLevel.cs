using System.Runtime.InteropServices;

namespace Exchange.Matching.Book;

/// <summary>
/// One price level with its queue of orders, oldest first; 16 bytes, four to a cache line. It stands in the <see cref="Leaf"/> of its price, or in the
/// <see cref="LevelStore"/>, and moves between the two: a level is found by its price, never remembered. Orders are slots of the <see cref="OrderStore"/>.
/// A level without orders is all zero.
/// <code>
///  0  quantity, lots (8) | first (4) | last (4)
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct PriceLevel
{
    /// <summary>Lots of all its orders.</summary>
    public long Quantity;

    /// <summary>The oldest order.</summary>
    public int First;

    /// <summary>The youngest order.</summary>
    public int Last;
}
