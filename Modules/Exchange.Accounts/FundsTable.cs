using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>
/// Funds by asset and account, in chunks of 1,024 accounts (16 KiB), so that the accounts that trade one asset lie side by side and growth never
/// copies funds: only the directory of chunks grows by copy, 8 bytes per asset and 1,024 accounts. A chunk exists from its first change on; what
/// has none reads as zero. The first chunks lie on the heap, further ones, up to a billion funds, in large pages: where there are many, each lookup goes to another, and in small
/// pages most would miss the address cache. A mutable struct, so that its owner holds it in place. One writer; readers on other threads need the owner's lock.
/// <code>
/// directory[asset * chunks per asset + account / 1024] -> chunk, or null
/// chunk[account % 1024] -> Funds (16 bytes)
/// </code>
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Its memory lives as long as its owner, which nobody disposes: the array's finalizer frees it.")]
internal unsafe struct FundsTable()
{
    private const int AccountShift = 10;
    private const int ChunkLength = 1 << AccountShift;
    private const int AccountMask = ChunkLength - 1;
    private const int MaxHeapChunks = 64;
    private const int MaxFurtherFunds = 1 << 30;

    // Keep alive what the addresses point to. Pinned: the collector never moves it, neither for itself nor while the engine waits.
    private readonly List<Funds[]> _heapChunks = [];
    private ReservedArray<Funds>? _furtherChunks;
    private int _furtherCount;
    private nint[] _directoryMemory = [];

    // Safety, for all that follows: the directory has room for every account and asset below the two counts, against which numbers are compared first.
    private Funds** _directory;
    private int _assetRoom;
    private int _chunkRoom;
    private int _chunkShift;

    /// <summary>Accounts 1 to this number have funds.</summary>
    public int AccountCount { get; private set; }

    /// <summary>Assets below this number have funds.</summary>
    public int AssetCount { get; private set; }

    /// <summary>Lets accounts and assets up to these numbers have funds; neither becomes less.</summary>
    public void Open(int accountCount, int assetCount)
    {
        AccountCount = Math.Max(AccountCount, accountCount);
        AssetCount = Math.Max(AssetCount, assetCount);
        if (AssetCount > _assetRoom || AccountCount >> AccountShift >= _chunkRoom)
        {
            GrowDirectory();
        }
    }

    /// <summary>Returns the funds for change; allocates only where no funds of the chunk have changed before.</summary>
    /// <exception cref="InvariantBrokenException">No such account or asset: callers look up first, so this is a bug.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Funds At(int accountId, int assetId)
    {
        Invariant.That((uint)(accountId - 1) < (uint)AccountCount && (uint)assetId < (uint)AssetCount, "funds belong to an account and an asset that exist");
        var chunk = _directory[((nint)assetId << _chunkShift) + (nint)((uint)accountId >> AccountShift)];
        if (chunk == null)
        {
            chunk = AddChunk(accountId, assetId);
        }

        return ref chunk[accountId & AccountMask];
    }

    /// <summary>Returns the funds as they stand, zero where there are none; allocates nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Funds Read(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        return chunk == null ? default : chunk[accountId & AccountMask];
    }

    /// <summary>The funds that are not zero, by account, then asset; account 0 ends them.</summary>
    public readonly void Save(SnapshotWriter writer)
    {
        for (var accountId = 1; accountId <= AccountCount; accountId++)
        {
            for (var assetId = 0; assetId < AssetCount; assetId++)
            {
                var funds = Read(accountId, assetId);
                if (funds.Free != 0 || funds.Held != 0)
                {
                    writer.Write(accountId);
                    writer.Write(assetId);
                    writer.Write(funds.Free);
                    writer.Write(funds.Held);
                }
            }
        }

        writer.Write(0);
    }

    /// <param name="onFunds">Told each asset and its funds; null for nobody.</param>
    public void Load(SnapshotReader reader, int accountCount, int assetCount, Action<int, Funds>? onFunds = null)
    {
        Open(accountCount, assetCount);
        for (var accountId = reader.ReadCount(accountCount); accountId != 0; accountId = reader.ReadCount(accountCount))
        {
            var assetId = reader.ReadCount(assetCount - 1);
            var funds = new Funds { Free = reader.ReadInt64(), Held = reader.ReadInt64() };
            if (funds.Free < 0 || funds.Held < 0)
            {
                throw new SnapshotDamagedException($"account {accountId}, asset {assetId}: free {funds.Free}, held {funds.Held}; neither may be negative");
            }

            At(accountId, assetId) = funds;
            onFunds?.Invoke(assetId, funds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        if (chunk != null)
        {
            Matching.Types.Prefetch.Line(chunk + (accountId & AccountMask));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Funds* ChunkOf(int accountId, int assetId) => (uint)accountId <= (uint)AccountCount && (uint)assetId < (uint)AssetCount
        ? _directory[((nint)assetId << _chunkShift) + (nint)((uint)accountId >> AccountShift)]
        : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Funds* AddChunk(int accountId, int assetId) =>
        _directory[((nint)assetId << _chunkShift) + (accountId >> AccountShift)] = _heapChunks.Count < MaxHeapChunks || _furtherCount == MaxFurtherFunds
            ? NewHeapChunk()
            : NewFurtherChunk();

    private readonly Funds* NewHeapChunk()
    {
        var chunk = GC.AllocateArray<Funds>(ChunkLength, pinned: true);
        _heapChunks.Add(chunk);
        return (Funds*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(chunk));
    }

    private Funds* NewFurtherChunk()
    {
        _furtherChunks ??= new ReservedArray<Funds>(MaxFurtherFunds);
        var start = _furtherCount;
        _furtherCount += ChunkLength;
        if (_furtherCount > _furtherChunks.Length)
        {
            _furtherChunks.Grow();
        }

        return _furtherChunks.Start + start;
    }

    private void GrowDirectory()
    {
        var assets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(AssetCount, 1));
        var chunks = (int)BitOperations.RoundUpToPowerOf2((uint)(AccountCount >> AccountShift) + 1);
        var memory = GC.AllocateArray<nint>(checked(assets * chunks), pinned: true);
        for (var asset = 0; asset < _assetRoom; asset++)
        {
            _directoryMemory.AsSpan(asset << _chunkShift, _chunkRoom).CopyTo(memory.AsSpan(asset * chunks));
        }

        _directoryMemory = memory;
        _directory = (Funds**)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        (_assetRoom, _chunkRoom, _chunkShift) = (assets, chunks, BitOperations.Log2((uint)chunks));
    }
}
