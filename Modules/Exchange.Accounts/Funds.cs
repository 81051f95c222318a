namespace Exchange.Accounts;

/// <summary>What one account has of one asset, in units of the asset; neither part is ever negative.</summary>
internal struct Funds
{
    /// <summary>May be spent or withdrawn.</summary>
    public long Free;

    /// <summary>Set aside for open orders.</summary>
    public long Held;
}
