namespace Exchange.Host.Sandbox.MarketMaking;

/// <summary>The draws of one step of one market: the same numbers for the same seed, market and step everywhere (splitmix64).</summary>
internal struct StepRandom
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state;

    public StepRandom(long seed, int market, long step)
    {
        _state = Mix((ulong)seed + Increment);
        _state = Mix(_state + (ulong)market + Increment);
        _state = Mix(_state + (ulong)step + Increment);
    }

    /// <summary>Returns a number from 0 to <paramref name="bound"/> - 1.</summary>
    public long Below(long bound)
    {
        _state += Increment;
        return (long)Math.BigMul(Mix(_state), (ulong)bound, out _);
    }

    /// <summary>Returns a number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public long Between(long least, long most) => least + Below(most - least + 1);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
