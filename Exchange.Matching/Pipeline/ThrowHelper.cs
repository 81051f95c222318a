using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Exchange.Matching.Pipeline;

/// <summary>Out-of-line throws, so that the members that check stay small enough to be inlined. Each is a bug of the caller.</summary>
internal static class ThrowHelper
{
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void OutOfRange(string name, long value, string expected) =>
        throw new ArgumentOutOfRangeException(name, value, expected);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void InvalidOperation(string message) => throw new InvalidOperationException(message);
}
