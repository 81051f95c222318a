using System.Runtime.CompilerServices;
using Exchange.Matching.Snapshot;

namespace Exchange.Accounts;

/// <summary>
/// Funds by account and asset, in chunks of 256 accounts x 16 assets (64 KiB), so that the two assets of a trade mostly lie in one
/// chunk and growth never copies funds: only directories of chunk references grow by copy. A chunk exists from its first change on;
/// what has none reads as zero. One writer; readers on other threads need the owner's lock.
/// <code>
/// _blocks[asset / 16][account / 256] -> chunk
/// chunk[(account % 256) * 16 + asset % 16] -> Funds (16 bytes)
/// </code>
/// </summary>
internal sealed class FundsTable
{
    private const int AccountShift = 8;
    private const int AssetShift = 4;
    private const int AccountMask = (1 << AccountShift) - 1;
    private const int AssetMask = (1 << AssetShift) - 1;
    private const int ChunkLength = 1 << (AccountShift + AssetShift);

    private Funds[]?[][] _blocks = [];

    /// <summary>Returns the funds for change; allocates only where no funds of the chunk have changed before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Funds At(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId) ?? AddChunk(accountId, assetId);
        return ref chunk[IndexOf(accountId, assetId)];
    }

    /// <summary>Returns the funds as they stand; allocates nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Funds Read(int accountId, int assetId)
    {
        var chunk = ChunkOf(accountId, assetId);
        return chunk is null ? default : chunk[IndexOf(accountId, assetId)];
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
    private static int IndexOf(int accountId, int assetId) => ((accountId & AccountMask) << AssetShift) | (assetId & AssetMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Funds[]? ChunkOf(int accountId, int assetId)
    {
        var blocks = _blocks;
        var block = (uint)assetId >> AssetShift;
        if (block >= (uint)blocks.Length)
        {
            return null;
        }

        var chunks = blocks[block];
        var index = (uint)accountId >> AccountShift;
        return index < (uint)chunks.Length ? chunks[index] : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Funds[] AddChunk(int accountId, int assetId)
    {
        var block = assetId >> AssetShift;
        while (_blocks.Length <= block)
        {
            _blocks = [.. _blocks, []];
        }

        var index = accountId >> AccountShift;
        ref var chunks = ref _blocks[block];
        if (chunks.Length <= index)
        {
            Array.Resize(ref chunks, Math.Max(index + 1, chunks.Length * 2));
        }

        // Why: pinned arrays are never moved, so the collector does not copy chunks while the engine waits.
        return chunks[index] = GC.AllocateArray<Funds>(ChunkLength, pinned: true);
    }
}
