using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Snapshot;

namespace Exchange.Accounts;

/// <summary>
/// Funds by asset and account, in chunks of 1,024 accounts (16 KiB), so that the accounts that trade one asset lie side by side and growth never
/// copies funds: only the directory of chunks grows by copy, 8 bytes per asset and 1,024 accounts. A chunk exists from its first change on; what
/// has none reads as zero. One writer; readers on other threads need the owner's lock.
/// <code>
/// directory[asset * chunks per asset + account / 1024] -> chunk, or null
/// chunk[account % 1024] -> Funds (16 bytes)
/// </code>
/// </summary>
internal sealed unsafe class FundsTable
{
    private const int AccountShift = 10;
    private const int ChunkLength = 1 << AccountShift;
    private const int AccountMask = ChunkLength - 1;

    // Keep alive what the addresses point to. Pinned: the collector never moves it, neither for itself nor while the engine waits.
    private readonly List<Funds[]> _chunks = [];
    private nint[] _directoryMemory = [];

    // Safety, for all that follows: a place is read only after both numbers were compared with what the directory has room for.
    private Funds** _directory;
    private int _assetRoom;
    private uint _chunkRoom;
    private int _chunkShift;

    /// <summary>Returns the funds for change; allocates only where no funds of the chunk have changed before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Funds At(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        return ref (chunk != null ? chunk : AddChunk(accountId, assetId))[accountId & AccountMask];
    }

    /// <summary>Returns the funds as they stand; allocates nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Funds Read(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        return chunk == null ? default : chunk[accountId & AccountMask];
    }

    /// <summary>The funds that are not zero, by account, then asset; account 0 ends them.</summary>
    public void Save(SnapshotWriter writer, int accountCount, int assetCount)
    {
        for (var accountId = 1; accountId <= accountCount; accountId++)
        {
            for (var assetId = 0; assetId < assetCount; assetId++)
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
    public void Prefetch(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        if (chunk != null)
        {
            Matching.Types.Prefetch.Line(chunk + (accountId & AccountMask));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Funds* ChunkOf(int accountId, int assetId)
    {
        var index = (uint)accountId >> AccountShift;
        return (uint)assetId < (uint)_assetRoom && index < _chunkRoom ? _directory[((nint)assetId << _chunkShift) + (nint)index] : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Funds* AddChunk(int accountId, int assetId)
    {
        var index = accountId >> AccountShift;
        if (assetId >= _assetRoom || (uint)index >= _chunkRoom)
        {
            GrowDirectory(assetId, index);
        }

        var chunk = GC.AllocateArray<Funds>(ChunkLength, pinned: true);
        _chunks.Add(chunk);
        return _directory[((nint)assetId << _chunkShift) + index] = (Funds*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(chunk));
    }

    private void GrowDirectory(int assetId, int index)
    {
        var assets = Math.Max(_assetRoom, (int)BitOperations.RoundUpToPowerOf2((uint)assetId + 1));
        var chunks = Math.Max((int)_chunkRoom, (int)BitOperations.RoundUpToPowerOf2((uint)index + 1));
        var memory = GC.AllocateArray<nint>(checked(assets * chunks), pinned: true);
        for (var asset = 0; asset < _assetRoom; asset++)
        {
            _directoryMemory.AsSpan(asset << _chunkShift, (int)_chunkRoom).CopyTo(memory.AsSpan(asset * chunks));
        }

        _directoryMemory = memory;
        _directory = (Funds**)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        (_assetRoom, _chunkRoom, _chunkShift) = (assets, (uint)chunks, BitOperations.Log2((uint)chunks));
    }
}
