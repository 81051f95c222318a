using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>
/// One order as it stood right after a record: what <see cref="OrderFold{TRows}"/> makes of the records about it. In two parts, because a table of
/// orders keeps what a fill changes apart from what it does not touch; packed, so that a snapshot takes it as it lies in memory.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderState
{
    public OrderProgress Progress;
    public OrderTerms Terms;

    public long OrderId { readonly get => Progress.OrderId; set => Progress.OrderId = value; }

    public int AccountId { readonly get => Progress.AccountId; set => Progress.AccountId = value; }

    public int SymbolId { readonly get => Progress.SymbolId; set => Progress.SymbolId = value; }

    public Side Side { readonly get => Progress.Side; set => Progress.Side = value; }

    public OrderStatus Status { readonly get => Progress.Status; set => Progress.Status = value; }

    public ExpireReason ExpireReason { readonly get => Progress.ExpireReason; set => Progress.ExpireReason = value; }

    public long Quantity { readonly get => Progress.Quantity; set => Progress.Quantity = value; }

    public long ExecutedQuantity { readonly get => Progress.ExecutedQuantity; set => Progress.ExecutedQuantity = value; }

    public long CumulativeQuote { readonly get => Progress.CumulativeQuote; set => Progress.CumulativeQuote = value; }

    public long UpdatedUs { readonly get => Progress.UpdatedUs; set => Progress.UpdatedUs = value; }

    public long Price { readonly get => Terms.Price; set => Terms.Price = value; }

    public long QuoteOrderQuantity { readonly get => Terms.QuoteOrderQuantity; set => Terms.QuoteOrderQuantity = value; }

    public long CreatedUs { readonly get => Terms.CreatedUs; set => Terms.CreatedUs = value; }

    public long WorkingUs { readonly get => Terms.WorkingUs; set => Terms.WorkingUs = value; }

    public ClientOrderId ClientOrderId { readonly get => Terms.ClientOrderId; set => Terms.ClientOrderId = value; }

    public OrderType Type { readonly get => Terms.Type; set => Terms.Type = value; }

    public TimeInForce TimeInForce { readonly get => Terms.TimeInForce; set => Terms.TimeInForce = value; }

    public readonly bool IsOpen => Progress.IsOpen;

    /// <summary>Lots still to trade.</summary>
    public readonly long Leaves => Progress.Leaves;
}

/// <summary>What names an order and what its fills and its end change: 51 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderProgress
{
    public long OrderId;

    /// <summary>Lots; for a market order by quote amount, the lots that it executed.</summary>
    public long Quantity;

    /// <summary>Lots.</summary>
    public long ExecutedQuantity;

    /// <summary>Quote units.</summary>
    public long CumulativeQuote;

    /// <summary>Journal microseconds.</summary>
    public long UpdatedUs;

    public int AccountId;
    public int SymbolId;
    public Side Side;
    public OrderStatus Status;

    /// <summary>Meaningful when <see cref="Status"/> is Expired.</summary>
    public ExpireReason ExpireReason;

    public readonly bool IsOpen => Status is OrderStatus.New or OrderStatus.PartiallyFilled;

    /// <summary>Lots still to trade.</summary>
    public readonly long Leaves => Quantity - ExecutedQuantity;
}

/// <summary>What an order asked for, and since when: 71 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderTerms
{
    /// <summary>Ticks; 0 for a market order.</summary>
    public long Price;

    /// <summary>Quote units asked for; 0 unless a market order by quote amount.</summary>
    public long QuoteOrderQuantity;

    /// <summary>Journal microseconds; never changes.</summary>
    public long CreatedUs;

    /// <summary>Journal microseconds at which it was first on the book or traded.</summary>
    public long WorkingUs;

    public ClientOrderId ClientOrderId;
    public OrderType Type;
    public TimeInForce TimeInForce;
}
