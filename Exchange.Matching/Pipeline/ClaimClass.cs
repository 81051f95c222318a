namespace Exchange.Matching.Pipeline;

/// <summary>Which share of the command ring a claim may use.</summary>
public enum ClaimClass : byte
{
    /// <summary>New orders and everything else that can be shed: leaves the reserve free.</summary>
    Normal = 0,

    /// <summary>Cancels, administration, the kill switch and the engine's own: uses every slot.</summary>
    Reserved = 1,
}
