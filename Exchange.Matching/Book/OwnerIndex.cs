using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// Finds the row of an owner (account and symbol as one number). Rows are only added, one after another from 1 on. What was found lately is found again
/// with one load, by low bits of the owner, whose accounts lie side by side; everything else by the index of all. A mutable struct, so that its owner holds
/// it in place, and frees it. Engine thread only.
/// <code>
/// lately[account + spread symbol % length] ─► row, or 0       it only repeats what the index knows: when it grows, it begins anew, and repeats some rows
///                                                             with every later addition
/// all: hash(owner)                         ─► row
/// </code>
/// </summary>
/// <param name="rows">All rows; row 0 is nobody's, with an owner that nobody has.</param>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It is; the rule overlooks that of a struct.")]
internal unsafe struct OwnerIndex(AccountOrders* rows) : IDisposable
{
    private const int FirstLength = 4_096;
    private const int MaxLength = 1 << 22;

    /// <summary>A table is doubled when a quarter of its places would be taken, so all is repeated long before as many rows have come again.</summary>
    private const int RowsRepeatedPerAddition = 16;

    private const uint SymbolFactor = 0x9E3779B1;

    private readonly SlotIndex<OwnerKeys> _all = new(new OwnerKeys(rows));
    private readonly AccountOrders* _rows = rows;
    private int* _lately = (int*)VirtualMemory.AllocateZeroed(FirstLength * sizeof(int));
    private nint _mask = FirstLength - 1;

    /// <summary>The first row that has not been repeated since the table has grown.</summary>
    private int _repeatNext = 1;

    /// <summary>Returns the owner's row, or 0. Any number may be given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Find(long owner)
    {
        // Safety: the mask keeps the place inside the table, which names rows alone.
        var row = *PlaceOf(owner);
        return _rows[row].Owner == owner ? row : FindAmongAll(owner);
    }

    /// <summary>Returns the row found lately at an owner's place, without a look at whose it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Guess(long owner) => *PlaceOf(owner);

    /// <summary>Returns the address of the place where a search begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int* PlaceOf(long owner) => _lately + (SpreadOf(owner) & _mask);

    /// <summary>Fetches what a search begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(long owner)
    {
        Types.Prefetch.Line(PlaceOf(owner));
        Types.Prefetch.Line(_all.HomeOf(HashOf(owner)));
    }

    /// <summary>Adds a row, which already has its owner.</summary>
    public void Add(long owner, int row)
    {
        _all.Add(HashOf(owner), row);
        if (_all.Count > _mask / 4 && _mask + 1 < MaxLength)
        {
            var length = (_mask + 1) * 2;
            FreeLately();
            _lately = (int*)VirtualMemory.AllocateZeroed((nuint)(length * sizeof(int)));
            _mask = length - 1;
            _repeatNext = 1;
        }

        *PlaceOf(owner) = row;
        for (var end = Math.Min(_repeatNext + RowsRepeatedPerAddition, row + 1); _repeatNext < end; _repeatNext++)
        {
            // What stands there was found since.
            var place = PlaceOf(_rows[_repeatNext].Owner);
            *place = *place == 0 ? _repeatNext : *place;
        }
    }

    public void Dispose()
    {
        _all.Dispose();
        FreeLately();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly int FindAmongAll(long owner)
    {
        var row = _all.Find(HashOf(owner), new IsOwner(_rows, owner));
        if (row != 0)
        {
            *PlaceOf(owner) = row;
        }

        return row;
    }

    private void FreeLately()
    {
        VirtualMemory.Free(_lately, (nuint)((_mask + 1) * sizeof(int)));
        _lately = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint SpreadOf(long owner) => (nint)(uint)owner + (nint)((uint)(owner >> 32) * SymbolFactor);

    // Why two products: the index keeps neighbouring keys on one line, and with accounts numbered side by side a few such lines would overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashOf(long owner) => ((uint)owner * 0x85EBCA6Bu) + ((uint)(owner >> 32) * SymbolFactor);

    private readonly struct OwnerKeys(AccountOrders* rows) : ISlotKeys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint KeyOf(int slot) => HashOf(rows[slot].Owner);
    }

    private readonly struct IsOwner(AccountOrders* rows, long owner) : ISlotMatch
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Is(int slot) => rows[slot].Owner == owner;
    }
}
