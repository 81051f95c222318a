using System.Runtime.InteropServices;

namespace Exchange.Benchmarks.Workloads;

internal enum WorkloadOperation : byte
{
    GtcLimit = 1,
    IocLimit = 2,
    Cancel = 3,
    Move = 4,
}

/// <summary>One command of a workload; 32 bytes, little endian, exactly as the definition of the workloads draws it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct WorkloadCommand
{
    public const int Size = 32;

    [FieldOffset(0)] public WorkloadOperation Operation;

    /// <summary>0 buy, 1 sell.</summary>
    [FieldOffset(1)] public byte Side;

    /// <summary>The owner, 1 to 1,000.</summary>
    [FieldOffset(2)] public ushort UserId;

    [FieldOffset(4)] public uint SymbolIndex;

    /// <summary>Of the order; new orders count up from 1.</summary>
    [FieldOffset(8)] public long OrderId;

    /// <summary>Ticks; of a move, the new price.</summary>
    [FieldOffset(16)] public long Price;

    /// <summary>Lots; of a cancel or move, what is left of the order.</summary>
    [FieldOffset(24)] public long Quantity;
}
