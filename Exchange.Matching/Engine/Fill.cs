using Exchange.Matching.Events;

namespace Exchange.Matching.Engine;

/// <summary>A trade that is found and not settled yet: the maker, and what the taker takes of it. 24 bytes.</summary>
internal struct Fill
{
    public int MakerSlot;

    /// <summary>Those of the trade.</summary>
    public TradeFlags Flags;

    /// <summary>Ticks.</summary>
    public long Price;

    /// <summary>Lots.</summary>
    public long Quantity;
}
