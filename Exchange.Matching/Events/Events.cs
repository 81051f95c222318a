using System.Runtime.InteropServices;
using Exchange.Matching.Types;

namespace Exchange.Matching.Events;

// Every event is a packed little-endian struct whose first byte is its type; its size is fixed by its type, so a record is
// walked without lengths. Amounts are units of the asset that the comment names. Together with the command they stand
// behind, events hold all that a fold needs: nobody looks into the engine.

/// <summary>
/// The order has an id and its funds are held. With <see cref="RestsWhole"/> nothing else happens to it in this command: the whole
/// quantity is in the book.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderAccepted
{
    public EventType Type;
    public byte RestsWhole;
    public long OrderId;

    /// <summary>Moved from free to held, units of the paid asset.</summary>
    public long Held;
}

/// <summary>The command was refused and changed nothing.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct CommandRejected
{
    public EventType Type;
    public RejectReason Reason;
}

/// <summary>
/// A match of the command's order (the taker) with a resting order (the maker) at the maker's price.
/// Settles: the buyer's held quote amount pays the seller; the seller's held base amount goes to the buyer; each pays its fee from what it receives.
/// The taker is the order of the preceding <see cref="OrderAccepted"/> or <see cref="OrderMoved"/>, or of the continued command.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct TradeExecuted
{
    public EventType Type;
    public TradeFlags Flags;
    public int MakerAccountId;
    public long MakerOrderId;

    /// <summary>Gapless per symbol, from 1.</summary>
    public long TradeId;

    /// <summary>Gapless per symbol, from 1: trades of one taker at one price share it.</summary>
    public long AggregateTradeId;

    /// <summary>Ticks.</summary>
    public long Price;

    /// <summary>Lots.</summary>
    public long Quantity;

    /// <summary>Units of the asset that the maker receives.</summary>
    public long MakerFee;

    /// <summary>Units of the asset that the taker receives.</summary>
    public long TakerFee;
}

/// <summary>Journaled: a bit is never reused.</summary>
[Flags]
public enum TradeFlags : byte
{
    None = 0,
    TakerSells = 1,

    /// <summary>The maker has no leaves any more and is out of the book.</summary>
    MakerFilled = 2,
}

/// <summary>What an incoming order did not trade is now in the book. Follows at least one trade.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderRested
{
    public EventType Type;
    public long OrderId;

    /// <summary>Lots in the book.</summary>
    public long Leaves;

    /// <summary>From held back to free (bought below the limit), units of the paid asset.</summary>
    public long Released;
}

/// <summary>An incoming order traded whole. (A maker's end is told by <see cref="TradeFlags.MakerFilled"/>.)</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderFilled
{
    public EventType Type;
    public long OrderId;

    /// <summary>From held back to free, units of the paid asset.</summary>
    public long Released;
}

/// <summary>What an incoming order did not trade is gone; it never rested.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderExpired
{
    public EventType Type;
    public ExpireReason Reason;
    public long OrderId;

    /// <summary>Lots that did not trade; 0 for a market order by quote amount whose money bought no further lot.</summary>
    public long Leaves;

    /// <summary>From held back to free, units of the paid asset.</summary>
    public long Released;
}

/// <summary>A resting order left the book on request.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderCanceled
{
    public EventType Type;
    public Side Side;
    public long OrderId;

    /// <summary>Ticks.</summary>
    public long Price;

    /// <summary>Lots that left the book.</summary>
    public long Leaves;

    /// <summary>From held back to free, units of the paid asset.</summary>
    public long Released;
}

/// <summary>A resting order became smaller and kept its place.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderReduced
{
    public EventType Type;
    public Side Side;
    public long OrderId;

    /// <summary>Ticks.</summary>
    public long Price;

    /// <summary>Lots taken off, at least 1 and less than its leaves.</summary>
    public long ReducedBy;

    /// <summary>From held back to free, units of the paid asset.</summary>
    public long Released;
}

/// <summary>
/// A resting order left its level and came in again at a new price under the same id. With <see cref="RestsWhole"/> it rests there whole;
/// otherwise trades and one of <see cref="OrderRested"/>, <see cref="OrderFilled"/> follow.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderMoved
{
    public EventType Type;
    public Side Side;
    public byte RestsWhole;
    public long OrderId;

    /// <summary>Ticks.</summary>
    public long OldPrice;

    /// <summary>Ticks.</summary>
    public long NewPrice;

    /// <summary>Lots that moved.</summary>
    public long Leaves;

    /// <summary>From free to held (negative: back to free), units of the paid asset.</summary>
    public long HeldChange;
}

/// <summary>The symbol's visible book changed in this command; at most once per record, its last event.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct BookUpdated
{
    public EventType Type;

    /// <summary>Gapless per symbol, from 1.</summary>
    public long UpdateId;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct AccountOpened
{
    public EventType Type;
    public int AccountId;
}

/// <summary>A deposit (positive) or withdrawal (negative) of free funds.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct BalanceAdjusted
{
    public EventType Type;
    public int AccountId;
    public ushort AssetId;

    /// <summary>Units of the asset.</summary>
    public long Change;
}

/// <summary>A new asset; its name and scale stand in the command.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct AssetAdded
{
    public EventType Type;
    public ushort AssetId;

    /// <summary>1 when it is the base asset of the command's symbol, 0 when it is the quote asset.</summary>
    public byte IsBase;
}

/// <summary>A new symbol; its numbers stand in the command.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct SymbolAdded
{
    public EventType Type;
    public ushort SymbolId;
    public ushort BaseAssetId;
    public ushort QuoteAssetId;
}

/// <summary>The account and the symbol are cancel-only (1) or free again (0).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct QuarantineChanged
{
    public EventType Type;
    public byte CancelOnly;
    public int AccountId;
    public ushort SymbolId;
}
