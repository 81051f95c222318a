using System.Runtime.CompilerServices;

namespace Exchange.Matching.Types;

/// <summary>
/// A growing array whose elements never move and are found by one addition: address space for the most elements is reserved at once, memory
/// is taken from the system as the array grows, in large pages of 2 MiB. So growth neither copies nor goes through a directory, and what is not used costs
/// nothing. Why large ones even for few elements: those of a core that trades one symbol would fill the processor's first cache of addresses in small
/// pages. New elements are zero. One writer thread; the owner disposes it.
/// <code>
/// aligned to 2 MiB
/// │ element 0 │ element 1 │ …           │ next step │ … │ reserved, not to be touched            │
/// └──────────── Length ─────────────────┘                                              MaxLength ┘
/// </code>
/// </summary>
public sealed unsafe class ReservedArray<T> : IDisposable
    where T : unmanaged
{
    private byte* _reserved;
    private readonly nuint _reservedSize;
    private readonly nuint _usableSize;
    private nuint _committedSize;

    /// <summary>Reserves room for <paramref name="maxLength"/> elements.</summary>
    /// <exception cref="InsufficientMemoryException">The process may not have so much address space.</exception>
    public ReservedArray(int maxLength)
    {
        var size = (nuint)maxLength * (nuint)sizeof(T);
        _usableSize = (size + VirtualMemory.LargePageSize - 1) & ~(nuint)(VirtualMemory.LargePageSize - 1);
        _reservedSize = _usableSize + VirtualMemory.LargePageSize;
        _reserved = VirtualMemory.Reserve(_reservedSize);
        Start = (T*)VirtualMemory.AlignToLargePage(_reserved);
        VirtualMemory.PreferLargePages((byte*)Start, _usableSize);
    }

    ~ReservedArray() => Release();

    /// <summary>The first element; valid until this is disposed, whatever it grows to.</summary>
    public T* Start { get; }

    /// <summary>Elements that may be touched.</summary>
    public int Length { get; private set; }

    /// <summary>Takes one step more.</summary>
    /// <exception cref="InsufficientMemoryException">The reserved room is used up, or the system has no more memory.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Grow()
    {
        const int Step = VirtualMemory.LargePageSize;
        if (_committedSize + Step > _usableSize)
        {
            throw new InsufficientMemoryException($"an array of {typeof(T).Name} has used up the {_usableSize} bytes reserved for it");
        }

        VirtualMemory.Commit((byte*)Start + _committedSize, Step);
        _committedSize += Step;
        Length = (int)Math.Min(_committedSize / (nuint)sizeof(T), int.MaxValue);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    // Once: where the space was, somebody else's may be. Nothing is reserved where the constructor failed.
    private void Release()
    {
        if (_reserved != null)
        {
            VirtualMemory.Release(_reserved, _reservedSize);
            _reserved = null;
        }
    }
}
