using Exchange.Matching.Types;

namespace Exchange.Host.Sandbox.MarketMaking;

internal enum QuoteActionKind
{
    /// <summary>A new resting order of the maker.</summary>
    Place,

    /// <summary>A resting order of the maker goes to another price.</summary>
    Move,

    /// <summary>A resting order of the maker goes.</summary>
    Cancel,

    /// <summary>An immediate-or-cancel order of the taker.</summary>
    Take,
}

/// <summary>One command that a market maker will send.</summary>
/// <param name="OrderId">The order to move or cancel; else 0.</param>
/// <param name="Price">Ticks; 0 for a cancel.</param>
/// <param name="Quantity">Lots, of a new order; else 0.</param>
/// <param name="ClientOrderId">Of a new order; else empty.</param>
internal readonly record struct QuoteAction(
    QuoteActionKind Kind, Side Side, long OrderId, long Price, long Quantity, ClientOrderId ClientOrderId);
