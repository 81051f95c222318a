using System.Runtime.CompilerServices;

namespace Exchange.Matching.Book;

/// <summary>What doubly linked lists over slots need where slot 0 is none and whether a neighbour exists cannot be foreseen.</summary>
internal static class Links
{
    /// <summary>Returns <paramref name="then"/> where there is no <paramref name="neighbour"/> (0), otherwise <paramref name="otherwise"/>; without a branch.</summary>
    /// <param name="neighbour">A slot, not negative.</param>
    // Outside of loops the compiler makes a conditional move of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IfNone(int neighbour, int then, int otherwise) => neighbour == 0 ? then : otherwise;

    /// <summary>As above, for what may run in a loop, where the compiler would make it a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IfNoneInLoop(int neighbour, int then, int otherwise)
    {
        var none = (neighbour - 1) >> 31;
        return otherwise ^ ((otherwise ^ then) & none);
    }
}
