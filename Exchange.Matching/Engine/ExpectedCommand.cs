using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>What is known of a command that comes soon: a copy, because its slot may be another command's by the time of a pass. A power of two bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct ExpectedCommand
{
    /// <summary>As they lie in its slot, in one piece.</summary>
    [FieldOffset(0)] public CommandNumbers Numbers;

    /// <summary>That of the level of the order it names, once that one has been looked at, where levels are far.</summary>
    [FieldOffset(40)] public long Key;

    /// <summary>That of the level which its order joins, once the book has been looked at. The quantity is no longer needed.</summary>
    [FieldOffset(24)] public long NewKey;

    /// <summary>What the ladder's table had for that key.</summary>
    [FieldOffset(48)] public Leaf* NewLeaf;

    /// <summary>Of its client id, until <see cref="NewLeaf"/> is known.</summary>
    [FieldOffset(48)] public uint ClientHash;

    /// <summary>Where its order, or the list of its account's orders, probably is; of an order that takes, once the book has been looked at, its first maker.</summary>
    [FieldOffset(56)] public int Slot;
    [FieldOffset(60)] public CommandType Type;

    public readonly long Owner => Numbers.Owner;

    public readonly long OrderId => Numbers.OrderId;

    public readonly long Price => Numbers.Price;

    /// <summary>Of a change, that of its order, once that one has been looked at.</summary>
    public Side Side
    {
        readonly get => Numbers.Side;
        set => Numbers.Side = value;
    }

    /// <summary>It may trade at once.</summary>
    public readonly bool Takes => Numbers.TimeInForce != TimeInForce.Gtc;

    public readonly int AccountId => (int)Owner;

    public readonly int SymbolId => (int)(Owner >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(in CommandSlot command)
    {
        Numbers = command.Numbers;
        ClientHash = command.ClientHash;
        Type = command.Type;
    }
}
