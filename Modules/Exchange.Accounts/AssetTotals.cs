using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Exchange.Accounts;

/// <summary>
/// Sums of one asset over all accounts, in its units, kept with every change. What is free follows from the others and is therefore not kept; that the
/// accounts' free funds really come to it is the check. At most 2^62: so what the accounts have fits a long, what ever came and went need not.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct AssetTotals
{
    public long Held;

    /// <summary>Collected from trades.</summary>
    public long Fees;

    public Int128 Deposits;
    public Int128 Withdrawals;

    public readonly long Free => (long)(Deposits - Withdrawals - Held - Fees);

    /// <summary>Trades: what was held became free, or a fee.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Settle(long held, long fees)
    {
        Held -= held;
        Fees += fees;
    }
}
