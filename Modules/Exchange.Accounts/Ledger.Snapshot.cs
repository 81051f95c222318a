using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>The ledger's part of a snapshot: totals by asset, openings, keys, funds. What the accounts have must come to the totals after a load.</summary>
internal sealed unsafe partial class Ledger : ISnapshotState
{
    private const int SnapshotVersion = 1;

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(AccountCount);
        writer.Write(_funds.AssetCount);
        var held = SumOfHeld();
        for (var assetId = 0; assetId < held.Length; assetId++)
        {
            ref readonly var totals = ref _totals[assetId];
            writer.Write((long)totals.OfAccounts - held[assetId]);
            writer.Write(held[assetId]);
            writer.Write(totals.Fees);
            writer.Write(totals.Deposits);
            writer.Write(totals.Withdrawals);
        }

        writer.Write(_openings.State);
        _apiKeys.Save(writer);
        _funds.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("ledger", SnapshotVersion);
        var accountCount = reader.ReadCount(_maxAccounts);
        _funds.Open(accountCount, reader.ReadCount(ushort.MaxValue));
        _totals = new AssetTotals[_funds.AssetCount];
        var told = new Funds[_funds.AssetCount];
        for (var assetId = 0; assetId < _totals.Length; assetId++)
        {
            told[assetId] = new Funds { Free = reader.ReadInt64(), Held = reader.ReadInt64() };
            _totals[assetId] = new AssetTotals
            {
                Fees = reader.ReadInt64(),
                Deposits = reader.ReadInt128(),
                Withdrawals = reader.ReadInt128(),
            };
        }

        _openings = StateHash.From(reader.ReadInt64());
        _apiKeys.Load(reader);
        LoadFunds(reader, told);
    }

    /// <summary>By asset, what the accounts hold together. Walks all accounts.</summary>
    private long[] SumOfHeld()
    {
        var sums = new long[_funds.AssetCount];
        for (var assetId = 0; assetId < sums.Length; assetId++)
        {
            for (var accountId = 1; accountId <= AccountCount; accountId++)
            {
                sums[assetId] += _funds.Read(accountId, assetId).Held;
            }
        }

        return sums;
    }

    /// <param name="told">By asset, what the accounts have together.</param>
    private void LoadFunds(SnapshotReader reader, Funds[] told)
    {
        var sums = new Funds[_totals.Length];
        _funds.Load(reader, AccountCount, _funds.AssetCount, (assetId, funds) =>
        {
            sums[assetId].Free += funds.Free;
            sums[assetId].Held += funds.Held;
        });
        for (var assetId = 0; assetId < _totals.Length; assetId++)
        {
            var (sum, totals) = (sums[assetId], _totals[assetId]);
            if (sum.Free != told[assetId].Free || sum.Held != told[assetId].Held || (Int128)sum.Free + sum.Held != totals.OfAccounts)
            {
                throw new SnapshotDamagedException(
                    $"asset {assetId}: the accounts sum up to free {sum.Free}, held {sum.Held}; the totals say {told[assetId].Free}, {told[assetId].Held},"
                    + $" fees {totals.Fees}, deposits {totals.Deposits}, withdrawals {totals.Withdrawals}");
            }
        }
    }
}
