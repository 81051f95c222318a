using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>
/// Funds by asset and account, in chunks of 1,024 accounts (16 KiB), so that the accounts that trade one asset lie side by side and growth never
/// copies funds: only the directory of chunks grows by copy, 4 bytes per asset and 1,024 accounts. A chunk exists from its first change on, or from when
/// somebody asks where in it funds are; what has none reads as zero. All chunks lie in one array, whose elements never move, in large pages: so a place in it
/// is all that who moves the same funds often needs. It has room for almost 2^31 funds (32 GiB); an exchange that needs more ends like one without memory. A mutable struct, so that its owner holds it in place. One
/// writer; readers on other threads need the owner's lock.
/// <code>
/// directory[asset * chunks per asset + account / 1024] -> place of the chunk, or 0
/// funds[place of the chunk + account % 1024] -> Funds (16 bytes)              the first chunk is nobody's
/// </code>
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Most owners live as long as the process; others release its memory, or the array's finalizer does.")]
internal unsafe struct FundsTable
{
    private const int AccountShift = 10;
    private const int ChunkLength = 1 << AccountShift;
    private const int AccountMask = ChunkLength - 1;

    // A large page (2^17 funds) less than 2^31, a length that would not fit an int.
    private const int MaxFunds = int.MaxValue - (1 << 17) + 1;

    private readonly ReservedArray<Funds> _array = new(MaxFunds);
    private readonly Funds* _funds;
    private int _chunksEnd = ChunkLength;

    // Safety, for all that follows: the directory has room for every account and asset below the two counts, against which numbers are compared first.
    // Keeps alive what the address points to. Pinned: the collector never moves it, neither for itself nor while the engine waits.
    private int[] _directoryMemory = [];
    private int* _directory;
    private int _assetRoom;
    private int _chunkRoom;
    private int _chunkShift;

    public FundsTable() => _funds = _array.Start;

    /// <summary>Accounts 1 to this number have funds.</summary>
    public int AccountCount { get; private set; }

    /// <summary>Assets below this number have funds.</summary>
    public int AssetCount { get; private set; }

    /// <inheritdoc cref="IReservesMemory.ReleaseMemory"/>
    public readonly void ReleaseMemory() => _array.Dispose();

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

    /// <summary>All funds, by the places that <see cref="PlaceOf"/> tells: they never move.</summary>
    public readonly Funds* Start => _funds;

    /// <summary>Returns the funds for change; takes memory only where nobody has asked for the chunk before.</summary>
    /// <exception cref="InvariantBrokenException">No such account or asset: callers look up first, so this is a bug.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Funds At(int accountId, int assetId) => ref _funds[PlaceOf(accountId, assetId).Index];

    /// <summary>Returns where the funds are; takes memory only where nobody has asked for the chunk before.</summary>
    /// <exception cref="InvariantBrokenException">No such account or asset: callers look up first, so this is a bug.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FundsPlace PlaceOf(int accountId, int assetId)
    {
        Invariant.That((uint)(accountId - 1) < (uint)AccountCount && (uint)assetId < (uint)AssetCount, "funds belong to an account and an asset that exist");
        ref var chunk = ref _directory[((nint)assetId << _chunkShift) + (nint)((uint)accountId >> AccountShift)];
        if (chunk == 0)
        {
            chunk = AddChunk();
        }

        return new FundsPlace(chunk + (accountId & AccountMask));
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
    private readonly Funds* ChunkOf(int accountId, int assetId)
    {
        var chunk = (uint)accountId <= (uint)AccountCount && (uint)assetId < (uint)AssetCount
            ? _directory[((nint)assetId << _chunkShift) + (nint)((uint)accountId >> AccountShift)]
            : 0;
        return chunk == 0 ? null : _funds + chunk;
    }

    /// <exception cref="InsufficientMemoryException">The room for funds is used up, or the system has no more memory.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddChunk()
    {
        var chunk = _chunksEnd;
        while (chunk + ChunkLength > _array.Length)
        {
            _array.Grow();
        }

        _chunksEnd = chunk + ChunkLength;
        return chunk;
    }

    private void GrowDirectory()
    {
        var assets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(AssetCount, 1));
        var chunks = (int)BitOperations.RoundUpToPowerOf2((uint)(AccountCount >> AccountShift) + 1);
        var memory = GC.AllocateArray<int>(checked(assets * chunks), pinned: true);
        for (var asset = 0; asset < _assetRoom; asset++)
        {
            _directoryMemory.AsSpan(asset << _chunkShift, _chunkRoom).CopyTo(memory.AsSpan(asset * chunks));
        }

        _directoryMemory = memory;
        _directory = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        (_assetRoom, _chunkRoom, _chunkShift) = (assets, chunks, BitOperations.Log2((uint)chunks));
    }
}
