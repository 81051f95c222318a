namespace Exchange.Accounts;

/// <summary>
/// Sums of one asset over all accounts, in its units, kept with every change. Invariant:
/// <c>Free + Held + Fees = Deposits - Withdrawals</c>, at most 2^62.
/// </summary>
internal struct AssetTotals
{
    public Int128 Free;
    public Int128 Held;

    /// <summary>Collected from trades.</summary>
    public Int128 Fees;

    public Int128 Deposits;
    public Int128 Withdrawals;
}
