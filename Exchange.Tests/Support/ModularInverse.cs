namespace Exchange.Tests.Support;

/// <summary>Undoes a multiplication modulo 2^64: lets tests build keys with a chosen hash.</summary>
internal static class ModularInverse
{
    /// <summary>Returns x with x * <paramref name="odd"/> = 1 modulo 2^64 (Newton: each step doubles the right bits).</summary>
    public static ulong Of(ulong odd)
    {
        var inverse = odd;
        for (var step = 0; step < 6; step++)
        {
            inverse *= 2 - odd * inverse;
        }

        return inverse;
    }
}
