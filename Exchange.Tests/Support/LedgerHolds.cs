using Exchange.Accounts;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>What moves funds, by account instead of by place; holds that must succeed, for tests that are about something else.</summary>
internal static class LedgerHolds
{
    public static void Hold(this Ledger ledger, int accountId, int assetId, long amount) =>
        Invariant.That(ledger.TryHold(accountId, assetId, amount), "what is held was free before");

    public static bool TryHold(this Ledger ledger, int accountId, int assetId, long amount) =>
        ledger.TryHold(ledger.PlaceOf(accountId, assetId), amount);

    public static bool TryChangeHold(this Ledger ledger, int accountId, int assetId, long change) =>
        ledger.TryChangeHold(ledger.PlaceOf(accountId, assetId), change);

    public static void Release(this Ledger ledger, int accountId, int assetId, long amount) =>
        ledger.Release(ledger.PlaceOf(accountId, assetId), amount);

    public static void SettleMaker(this Ledger ledger, int accountId, int paidAssetId, long paid, int receivedAssetId, long received) =>
        ledger.SettleMaker(ledger.PlaceOf(accountId, paidAssetId), paid, ledger.PlaceOf(accountId, receivedAssetId), received);

    public static TakerSettlement Taken(
        this Ledger ledger, int accountId, int paidAssetId, long paid, long makerFees, int receivedAssetId, long received, long takerFees) => new()
        {
            PaidFrom = ledger.PlaceOf(accountId, paidAssetId),
            PaidAssetId = paidAssetId,
            ReceivedIn = ledger.PlaceOf(accountId, receivedAssetId),
            ReceivedAssetId = receivedAssetId,
            Paid = paid,
            MakerFees = makerFees,
            Received = received,
            TakerFees = takerFees,
        };

    public static void Hold(this LedgerPort port, int accountId, int assetId, long amount) => port.Ledger.Hold(accountId, assetId, amount);
}
