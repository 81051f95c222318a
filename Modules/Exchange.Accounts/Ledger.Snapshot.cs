using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>The ledger's part of a snapshot: totals by asset, openings, keys, funds. What was booked twice must still agree after a load.</summary>
internal sealed partial class Ledger : ISnapshotState
{
    private const int SnapshotVersion = 1;

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(AccountCount);
        writer.Write(_funds.AssetCount);
        foreach (ref readonly var totals in _totals.AsSpan(0, _funds.AssetCount))
        {
            writer.Write(totals.Free);
            writer.Write(totals.Held);
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
        var accountCount = reader.ReadCount(maxAccounts);
        _funds.Open(accountCount, reader.ReadCount(ushort.MaxValue));
        _totals = new AssetTotals[_funds.AssetCount];
        var free = new long[_funds.AssetCount];
        for (var assetId = 0; assetId < _totals.Length; assetId++)
        {
            free[assetId] = reader.ReadInt64();
            _totals[assetId] = new AssetTotals
            {
                Held = reader.ReadInt64(),
                Fees = reader.ReadInt64(),
                Deposits = reader.ReadInt128(),
                Withdrawals = reader.ReadInt128(),
            };
        }

        _openings = StateHash.From(reader.ReadInt64());
        _apiKeys.Load(reader);
        LoadFunds(reader, free);
    }

    /// <param name="free">By asset, what the accounts have free together.</param>
    private void LoadFunds(SnapshotReader reader, long[] free)
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
            if (sum.Free != free[assetId] || sum.Held != totals.Held || (Int128)free[assetId] + totals.Held + totals.Fees != totals.Deposits - totals.Withdrawals)
            {
                throw new SnapshotDamagedException(
                    $"asset {assetId}: the accounts sum up to free {sum.Free}, held {sum.Held}; the totals say {free[assetId]}, {totals.Held},"
                    + $" fees {totals.Fees}, deposits {totals.Deposits}, withdrawals {totals.Withdrawals}");
            }
        }
    }
}
