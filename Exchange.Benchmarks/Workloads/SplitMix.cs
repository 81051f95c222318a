namespace Exchange.Benchmarks.Workloads;

/// <summary>splitmix64: the same numbers for the same seed everywhere.</summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next64()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Returns a number from 0 to <paramref name="bound"/> - 1.</summary>
    public uint Next(uint bound) => (uint)(((Next64() >> 32) * bound) >> 32);
}
