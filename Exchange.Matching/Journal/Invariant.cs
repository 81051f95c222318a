using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Exchange.Matching.Journal;

/// <summary>Rules that hold whatever the input is. A broken one is a bug: it throws in every build and the process ends.</summary>
internal static class Invariant
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool holds, string rule)
    {
        if (!holds)
        {
            Throw(rule);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(string rule) => throw new InvalidOperationException($"Broken invariant: {rule}");
}
