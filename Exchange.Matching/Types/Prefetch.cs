using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Exchange.Matching.Types;

/// <summary>
/// Asks the processor to fetch a cache line that will be needed soon. A wish: it never fails, whatever the address, and changes nothing but
/// time. Does nothing where the processor has no such instruction that the runtime offers.
/// </summary>
public static unsafe class Prefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    // Safety: the address is only a hint. Should the collector move the object in between, another line is fetched, to no effect.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line<T>(ref readonly T target) => Line(Unsafe.AsPointer(ref Unsafe.AsRef(in target)));
}
