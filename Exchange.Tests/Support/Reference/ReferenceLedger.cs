using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>The money of the reference exchange: free and held per account and asset, and the totals that must agree with them.</summary>
public sealed class ReferenceLedger
{
    /// <summary>Most that deposits less withdrawals of one asset may come to.</summary>
    public static readonly Int128 DepositLimit = (Int128)1 << 62;

    private readonly Dictionary<(int AccountId, int AssetId), Int128> _free = [];
    private readonly Dictionary<(int AccountId, int AssetId), Int128> _held = [];
    private readonly Dictionary<int, Int128> _deposited = [];
    private readonly Dictionary<int, Int128> _fees = [];

    public Int128 Free(int accountId, int assetId) => _free.GetValueOrDefault((accountId, assetId));

    public Int128 Held(int accountId, int assetId) => _held.GetValueOrDefault((accountId, assetId));

    public Int128 FeesCollected(int assetId) => _fees.GetValueOrDefault(assetId);

    /// <summary>Deposits less withdrawals of the asset.</summary>
    public Int128 Deposited(int assetId) => _deposited.GetValueOrDefault(assetId);

    public void Adjust(int accountId, int assetId, Int128 change)
    {
        _deposited[assetId] = Deposited(assetId) + change;
        AddFree(accountId, assetId, change);
    }

    public void Hold(int accountId, int assetId, Int128 amount)
    {
        AddFree(accountId, assetId, -amount);
        AddHeld(accountId, assetId, amount);
    }

    public void Release(int accountId, int assetId, Int128 amount) => Hold(accountId, assetId, -amount);

    /// <summary>Pays held funds of one account to another account's free funds, less the receiver's fee, which is collected.</summary>
    public void Pay(int fromAccountId, int toAccountId, int assetId, Int128 amount, Int128 fee)
    {
        AddHeld(fromAccountId, assetId, -amount);
        AddFree(toAccountId, assetId, amount - fee);
        _fees[assetId] = FeesCollected(assetId) + fee;
    }

    /// <summary>Returns the fee on <paramref name="received"/> units: rounded up, never more than received.</summary>
    public static Int128 Fee(Int128 received, int ratePpm)
    {
        var exact = received * ratePpm;
        var roundedUp = exact / 1_000_000 + (exact % 1_000_000 == 0 ? 0 : 1);
        return Int128.Min(received, roundedUp);
    }

    /// <summary>Checks that nothing is negative and that no unit of any asset appeared or vanished.</summary>
    public void CheckInvariants()
    {
        Invariant.That(_free.Values.All(amount => amount >= 0), "no account has less than nothing free");
        Invariant.That(_held.Values.All(amount => amount >= 0), "no account has less than nothing held");
        foreach (var (assetId, deposited) in _deposited)
        {
            var free = Sum(_free, assetId);
            var held = Sum(_held, assetId);
            Invariant.That(
                free + held + FeesCollected(assetId) == deposited,
                $"asset {assetId}: free {free} + held {held} + fees {FeesCollected(assetId)} = deposits less withdrawals {deposited}");
        }
    }

    private static Int128 Sum(Dictionary<(int AccountId, int AssetId), Int128> amounts, int assetId) =>
        amounts.Where(entry => entry.Key.AssetId == assetId).Aggregate((Int128)0, (sum, entry) => sum + entry.Value);

    private void AddFree(int accountId, int assetId, Int128 amount) =>
        _free[(accountId, assetId)] = Free(accountId, assetId) + amount;

    private void AddHeld(int accountId, int assetId, Int128 amount) =>
        _held[(accountId, assetId)] = Held(accountId, assetId) + amount;
}
