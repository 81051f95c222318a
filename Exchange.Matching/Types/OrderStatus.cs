namespace Exchange.Matching.Types;

/// <summary>Where an order stands (FIX tag 39).</summary>
public enum OrderStatus : byte
{
    New = 1,
    PartiallyFilled = 2,
    Filled = 3,
    Canceled = 4,
    Expired = 5,
}
