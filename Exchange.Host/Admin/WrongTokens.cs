using Exchange.Host.Api;
using Exchange.Matching.Ports;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Admin;

/// <summary>
/// Wrong tokens by address in the running minute. Any thread. Remembers at most <see cref="AddressesMax"/> addresses a minute; those beyond
/// share one count, so that an attacker with many addresses takes no memory.
/// </summary>
internal sealed class WrongTokens(IOptions<AdminOptions> options, IClock clock)
{
    private const int AddressesMax = 10_000;
    private const long MinuteUs = 60_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<AddressKey, int> _counts = [];
    private int _others;
    private long _minute;

    /// <summary>Counts one more; returns whether the address is still within its limit.</summary>
    public bool Count(AddressKey address)
    {
        lock (_lock)
        {
            if (clock.MonotonicUs / MinuteUs is var minute && minute != _minute)
            {
                _minute = minute;
                _counts.Clear();
                _others = 0;
            }

            if (!_counts.ContainsKey(address) && _counts.Count >= AddressesMax)
            {
                return ++_others <= options.Value.WrongTokensPerMinute;
            }

            return (_counts[address] = _counts.GetValueOrDefault(address) + 1) <= options.Value.WrongTokensPerMinute;
        }
    }
}
