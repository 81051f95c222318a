using Exchange.Accounts;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>Holds that must succeed, for tests that are about something else.</summary>
internal static class LedgerHolds
{
    public static void Hold(this Ledger ledger, int accountId, int assetId, long amount) =>
        Invariant.That(ledger.TryHold(accountId, assetId, amount), "what is held was free before");

    public static void Hold(this LedgerPort port, int accountId, int assetId, long amount) => port.Ledger.Hold(accountId, assetId, amount);
}
