using System.Runtime.CompilerServices;

namespace Exchange.Benchmarks.Workloads;

/// <summary>What a workload's trades add up to, all modulo 2^64. The hash depends on every field of every trade and on their order.</summary>
internal record struct TradeTally(ulong Trades, ulong Quantity, ulong Notional, ulong Hash)
{
    /// <param name="price">The maker's, in ticks.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long makerOrderId, long takerOrderId, long price, long quantity)
    {
        Trades++;
        Quantity += (ulong)quantity;
        Notional += (ulong)(price * quantity);
        Hash = Hash * 0x100000001B3
            + ((ulong)makerOrderId * 0x9E3779B97F4A7C15
                ^ (ulong)takerOrderId * 0xC2B2AE3D27D4EB4F
                ^ (ulong)price * 0x165667B19E3779F9
                ^ (ulong)quantity * 0x27D4EB2F165667C5);
    }

    public override readonly string ToString() => FormattableString.Invariant(
        $"{Trades} trades, quantity {Quantity}, notional {Notional}, hash {Hash:x16}");
}
