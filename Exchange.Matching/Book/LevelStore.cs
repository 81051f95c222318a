using Exchange.Matching.Types;

namespace Exchange.Matching.Book;

/// <summary>
/// The levels of compact leaves that have had more than one order at a time, numbered from 1; reused last-in-first-out. Level 0 is nobody's: what a level of
/// one order would look like is written there for who asks. Engine thread only.
/// </summary>
internal sealed unsafe class LevelStore : IDisposable
{
    private const int MaxLevels = 1 << 26;

    private readonly ReservedArray<PriceLevel> _array = new(MaxLevels);
    private int _free;
    private int _next = 1;

    public LevelStore() => _array.Grow();

    /// <summary>All levels: they never move.</summary>
    public PriceLevel* Start => _array.Start;

    /// <summary>Levels that have ever been taken: for tests and memory figures.</summary>
    public int LevelsTaken => _next - 1;

    /// <summary>Returns a level, all of which is to be written.</summary>
    public int Take()
    {
        var level = _free;
        if (level != 0)
        {
            _free = Start[level].First;
            return level;
        }

        if (_next >= _array.Length)
        {
            _array.Grow();
        }

        return _next++;
    }

    public void Free(int level)
    {
        Start[level].First = _free;
        _free = level;
    }

    public void Dispose() => _array.Dispose();
}
