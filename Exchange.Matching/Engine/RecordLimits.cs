using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;

namespace Exchange.Matching.Engine;

/// <summary>How large a record can become.</summary>
public static class RecordLimits
{
    /// <summary>
    /// Returns the bytes of the largest record under a work limit: header and body, as many trades (the largest event of the bounded work)
    /// or deposits, and the few events that come once.
    /// </summary>
    public static int MaxRecordLength(int workLimit) =>
        RecordHeader.Size
        + CommandSlot.MaxSlotCount * CommandSlot.Size
        + Math.Max(workLimit, OpenAccountCommand.MaxDeposits) * Unsafe.SizeOf<TradeExecuted>()
        + 256;
}
