using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Matching.Engine;

/// <summary>Commands that come soon, by kind: so no pass asks each of them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ExpectedGroup
{
    /// <summary>Most commands of a group; a power of two.</summary>
    public const int Length = 4;

    private ByKind<int> _counts;
    private int _takerCount;

    /// <summary>Prices are so far apart that leaves are to be looked for in the tree.</summary>
    public bool IsScattered;
    private Takers _takers;
    private Commands _commands;

    [InlineArray(2)]
    private struct ByKind<T>
    {
        private T _first;
    }

    [InlineArray(2 * Length)]
    private struct Commands
    {
        private ExpectedCommand _first;
    }

    /// <summary>By their index among the places.</summary>
    [InlineArray(Length)]
    private struct Takers
    {
        private int _first;
    }

    // Safety, for what follows: groups are pinned; no more commands join one than its length, and where one does it is kept inside.
    public readonly int ChangeCount => Math.Min(_counts[0], Length);

    public readonly int PlaceCount => Math.Min(_counts[1], Length);

    public ExpectedCommand* Changes => (ExpectedCommand*)Unsafe.AsPointer(ref _commands[0]);

    public ExpectedCommand* Places => (ExpectedCommand*)Unsafe.AsPointer(ref _commands[Length]);

    /// <summary>Orders to be placed that may trade at once, once the book has been looked at.</summary>
    public readonly int TakerCount => Math.Min(_takerCount, Length);

    public ExpectedCommand* Taker(int index) => Places + _takers[index];

    public void AddTaker(ExpectedCommand* place) => _takers[_takerCount++ & (Length - 1)] = (int)(place - Places);

    /// <summary>Returns the place of one command more.</summary>
    // Why without a branch: no processor can foresee which command comes next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ExpectedCommand* Next(bool isPlace)
    {
        var kind = (nuint)(isPlace ? 1 : 0);
        ref var count = ref Unsafe.Add(ref _counts[0], kind);
        return Changes + (kind * Length) + (nuint)(uint)(count++ & (Length - 1));
    }

    public void Clear()
    {
        _counts = default;
        _takerCount = 0;
        IsScattered = false;
    }
}
