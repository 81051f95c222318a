using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>An order of the reference exchange, incoming or resting.</summary>
public sealed class ReferenceOrder
{
    public required long Id { get; init; }

    public required int AccountId { get; init; }

    public required Symbol Symbol { get; init; }

    public required Side Side { get; init; }

    public required OrderType Type { get; init; }

    public required string ClientOrderId { get; init; }

    /// <summary>Ticks; 0 for a market order.</summary>
    public required long Price { get; set; }

    /// <summary>Lots still open.</summary>
    public required long Leaves { get; set; }

    /// <summary>What is set aside for it, units of the paid asset.</summary>
    public required Int128 Held { get; set; }

    public bool HasFill { get; set; }

    /// <summary>Rises with every order that joins a queue; tells who came first.</summary>
    public long QueuedAt { get; set; }

    public int PaidAssetId => Symbol.PaidAsset(Side).Id;
}
