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
        writer.Write(_assetCount);
        foreach (ref readonly var totals in _totals.AsSpan(0, _assetCount))
        {
            writer.Write(totals.Free);
            writer.Write(totals.Held);
            writer.Write(totals.Fees);
            writer.Write(totals.Deposits);
            writer.Write(totals.Withdrawals);
        }

        writer.Write(_openings.State);
        _apiKeys.Save(writer);
        _funds.Save(writer, AccountCount, _assetCount);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("ledger", SnapshotVersion);
        AccountCount = reader.ReadCount(maxAccounts);
        _assetCount = reader.ReadCount(ushort.MaxValue);
        _totals = new AssetTotals[_assetCount];
        for (var assetId = 0; assetId < _assetCount; assetId++)
        {
            _totals[assetId] = new AssetTotals
            {
                Free = reader.ReadInt64(),
                Held = reader.ReadInt64(),
                Fees = reader.ReadInt64(),
                Deposits = reader.ReadInt128(),
                Withdrawals = reader.ReadInt128(),
            };
        }

        _openings = StateHash.From(reader.ReadInt64());
        _apiKeys.Load(reader);
        LoadFunds(reader);
    }

    private void LoadFunds(SnapshotReader reader)
    {
        var sums = new AssetTotals[_assetCount];
        _funds.Load(reader, AccountCount, _assetCount, (assetId, funds) =>
        {
            sums[assetId].Free += funds.Free;
            sums[assetId].Held += funds.Held;
        });
        for (var assetId = 0; assetId < _assetCount; assetId++)
        {
            var totals = _totals[assetId];
            if (sums[assetId].Free != totals.Free || sums[assetId].Held != totals.Held
                || (Int128)totals.Free + totals.Held + totals.Fees != totals.Deposits - totals.Withdrawals)
            {
                throw new SnapshotDamagedException(
                    $"asset {assetId}: the accounts sum up to free {sums[assetId].Free}, held {sums[assetId].Held}; the totals say {totals.Free}, {totals.Held},"
                    + $" fees {totals.Fees}, deposits {totals.Deposits}, withdrawals {totals.Withdrawals}");
            }
        }
    }
}
