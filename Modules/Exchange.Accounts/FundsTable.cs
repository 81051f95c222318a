using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Snapshot;

namespace Exchange.Accounts;

/// <summary>
/// Funds by asset and account, in chunks of 1,024 accounts (16 KiB), so that the accounts that trade one asset lie side by side and growth never
/// copies funds: only directories of chunk references grow by copy. A chunk exists from its first change on; what has none reads as zero.
/// One writer; readers on other threads need the owner's lock.
/// <code>
/// _blocks[asset][account / 1024] -> chunk
/// chunk[account % 1024] -> Funds (16 bytes)
/// </code>
/// </summary>
internal sealed class FundsTable
{
    private const int AccountShift = 10;
    private const int ChunkLength = 1 << AccountShift;
    private const int AccountMask = ChunkLength - 1;

    private Funds[]?[][] _blocks = [];

    /// <summary>Returns the funds for change; allocates only where no funds of the chunk have changed before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Funds At(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId) ?? AddChunk(accountId, assetId);

        // Safety: a chunk has as many elements as the mask leaves numbers.
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(chunk), accountId & AccountMask);
    }

    /// <summary>Returns the funds as they stand; allocates nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Funds Read(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        return chunk is null ? default : chunk[accountId & AccountMask];
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
        if (chunk is not null)
        {
            // Safety: as At. Why unchecked: the chunk's length would be the line that is missing.
            Matching.Types.Prefetch.Line(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(chunk), accountId & AccountMask));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Funds[]? ChunkOf(int accountId, int assetId)
    {
        var blocks = _blocks;
        if ((uint)assetId >= (uint)blocks.Length)
        {
            return null;
        }

        var chunks = blocks[assetId];
        var index = (uint)accountId >> AccountShift;
        return index < (uint)chunks.Length ? chunks[index] : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Funds[] AddChunk(int accountId, int assetId)
    {
        if (_blocks.Length <= assetId)
        {
            var known = _blocks.Length;
            Array.Resize(ref _blocks, Math.Max(assetId + 1, known * 2));
            _blocks.AsSpan(known).Fill([]);
        }

        var index = accountId >> AccountShift;
        ref var chunks = ref _blocks[assetId];
        if (chunks.Length <= index)
        {
            Array.Resize(ref chunks, Math.Max(index + 1, chunks.Length * 2));
        }

        // Why: pinned arrays are never moved, so the collector does not copy chunks while the engine waits.
        return chunks[index] = GC.AllocateArray<Funds>(ChunkLength, pinned: true);
    }
}
