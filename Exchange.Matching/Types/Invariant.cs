using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Exchange.Matching.Types;

/// <summary>Checks that stay on in production: a broken invariant is a bug, and the engine stops rather than go on from a wrong state.</summary>
public static class Invariant
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool holds, string invariant)
    {
        if (!holds)
        {
            Throw(invariant);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(string invariant) => throw new InvariantBrokenException(invariant);
}

/// <summary>A statement that must always hold did not.</summary>
public sealed class InvariantBrokenException(string invariant) : InvalidOperationException("Broken invariant: " + invariant);
