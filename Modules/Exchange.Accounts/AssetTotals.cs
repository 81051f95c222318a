namespace Exchange.Accounts;

/// <summary>
/// Sums of one asset over all accounts, in its units, kept with every change. Invariant:
/// <c>Free + Held + Fees = Deposits - Withdrawals</c>, at most 2^62: so what the accounts have fits a long, what ever came and went need not.
/// </summary>
internal struct AssetTotals
{
    public long Free;
    public long Held;

    /// <summary>Collected from trades.</summary>
    public long Fees;

    public Int128 Deposits;
    public Int128 Withdrawals;
}
