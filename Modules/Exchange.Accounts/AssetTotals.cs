using System.Runtime.InteropServices;

namespace Exchange.Accounts;

/// <summary>
/// Where one asset's units came from and went to, all accounts together. What the accounts have follows and is therefore not kept; that their funds really
/// come to it is the check. At most 2^62: so what the accounts have fits a long, what ever came and went need not.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct AssetTotals
{
    /// <summary>Collected from trades.</summary>
    public long Fees;

    public Int128 Deposits;
    public Int128 Withdrawals;

    /// <summary>What the accounts have free and held together, by the rule of conservation.</summary>
    public readonly Int128 OfAccounts => Deposits - Withdrawals - Fees;
}
