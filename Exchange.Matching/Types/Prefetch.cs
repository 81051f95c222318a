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

    /// <summary>Fetches the first lines of an object: as many as hold <paramref name="size"/> bytes of its fields.</summary>
    // Safety: nothing is read through the reference; only the address of the object's first field is taken.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object target, int size)
    {
        const int LineSize = 64;
        var start = (byte*)Unsafe.AsPointer(ref Unsafe.As<FirstField>(target).Value);
        for (var offset = 0; offset < size; offset += LineSize)
        {
            Line(start + offset);
        }
    }

    private sealed class FirstField
    {
#pragma warning disable CS0649 // stands for the first field of any class; never assigned, never read
        public byte Value;
#pragma warning restore CS0649
    }

    // Safety: the address is only a hint. Should the collector move the object in between, another line is fetched, to no effect.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line<T>(ref readonly T target) => Line(Unsafe.AsPointer(ref Unsafe.AsRef(in target)));
}
