using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Exchange.Host.Api;

/// <summary>Who shares a weight: an IPv4 address, or the /64 network that one IPv6 subscriber owns.</summary>
internal readonly record struct AddressKey(ulong Prefix, bool IsIPv6)
{
    /// <summary>Returns the key of an address; unknown addresses share one.</summary>
    public static AddressKey Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsIPv6: true)
            : new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsIPv6: false);
    }
}

/// <summary>
/// Request weight and raw requests per address, in windows aligned to the clock (API.md A3), and the bans of those who carry on after
/// 429. Any thread; one lock per address. Times are journal microseconds.
/// </summary>
internal sealed class WeightLimiter(ApiOptions options)
{
    private const long SecondUs = 1_000_000;
    private const long MinuteUs = 60 * SecondUs;
    private const long RawWindowUs = 5 * MinuteUs;
    private const long DayUs = 24 * 60 * MinuteUs;
    private const long FirstBanUs = 2 * MinuteUs;
    private const long LongestBanUs = 3 * DayUs;

    /// <summary>More addresses than this are looked through for idle ones once a minute.</summary>
    private const int AddressesBeforeSweep = 10_000;

    private readonly ConcurrentDictionary<AddressKey, Usage> _usages = new();
    private long _sweptMinute;

    /// <summary>One address; guarded by its own lock.</summary>
    private sealed class Usage
    {
        public long Minute;
        public int Weight;
        public int Rejections;
        public long RawWindow;
        public int RawRequests;
        public long BannedUntilUs;
        public long LastBanUs;

        /// <summary>Steps into the windows of the time; a time taken before the last step counts into those.</summary>
        public void Roll(long nowUs)
        {
            if (Minute < nowUs / MinuteUs)
            {
                Minute = nowUs / MinuteUs;
                Weight = 0;
                Rejections = 0;
            }

            if (RawWindow < nowUs / RawWindowUs)
            {
                RawWindow = nowUs / RawWindowUs;
                RawRequests = 0;
            }
        }
    }

    /// <summary>Counts a request and, unless <paramref name="isChargedLater"/>, its weight.</summary>
    /// <param name="isChargedLater">The weight must fit but is charged by <see cref="Charge"/>, should the request fail.</param>
    /// <returns>Null, or why the address has to wait.</returns>
    public ApiError? Admit(AddressKey address, int weight, bool isChargedLater, long nowUs)
    {
        Sweep(nowUs);
        var usage = _usages.GetOrAdd(address, static _ => new Usage());
        lock (usage)
        {
            usage.Roll(nowUs);
            if (usage.BannedUntilUs > nowUs)
            {
                return Banned(usage.BannedUntilUs, nowUs);
            }

            usage.RawRequests = Math.Min(usage.RawRequests, int.MaxValue - 1) + 1;
            if (usage.RawRequests > options.RawRequestLimitPer5Minutes)
            {
                var seconds = SecondsTo(usage.RawWindow + 1, RawWindowUs, nowUs);
                return Reject(usage, Errors.TooManyRequests(options.RawRequestLimitPer5Minutes, seconds), nowUs);
            }

            if ((long)usage.Weight + weight > options.WeightLimitPerMinute)
            {
                var seconds = SecondsTo(usage.Minute + 1, MinuteUs, nowUs);
                return Reject(usage, Errors.TooMuchWeight(options.WeightLimitPerMinute, seconds), nowUs);
            }

            usage.Weight += isChargedLater ? 0 : weight;
            return null;
        }
    }

    /// <summary>Charges the weight of a request that was admitted before.</summary>
    public void Charge(AddressKey address, int weight, long nowUs)
    {
        var usage = _usages.GetOrAdd(address, static _ => new Usage());
        lock (usage)
        {
            usage.Roll(nowUs);
            usage.Weight = (int)Math.Min((long)usage.Weight + weight, int.MaxValue);
        }
    }

    /// <summary>Returns the weight used in the minute.</summary>
    public int Used(AddressKey address, long nowUs)
    {
        if (!_usages.TryGetValue(address, out var usage))
        {
            return 0;
        }

        lock (usage)
        {
            usage.Roll(nowUs);
            return usage.Weight;
        }
    }

    private ApiError Reject(Usage usage, ApiError limited, long nowUs)
    {
        if (++usage.Rejections <= options.RejectionsBeforeBan)
        {
            return limited;
        }

        // A ban doubles the one before it, unless that one ended as long ago as the longest ban lasts.
        var isForgiven = nowUs - usage.BannedUntilUs > LongestBanUs;
        usage.LastBanUs = usage.LastBanUs == 0 || isForgiven ? FirstBanUs : Math.Min(2 * usage.LastBanUs, LongestBanUs);
        usage.BannedUntilUs = nowUs + usage.LastBanUs;
        usage.Rejections = 0;
        return Banned(usage.BannedUntilUs, nowUs);
    }

    private static ApiError Banned(long untilUs, long nowUs) =>
        Errors.Banned(untilUs / 1_000, (int)((untilUs - nowUs + SecondUs - 1) / SecondUs));

    /// <summary>Returns whole seconds, at least 1, until window <paramref name="window"/> begins.</summary>
    private static int SecondsTo(long window, long windowUs, long nowUs) => (int)(((window * windowUs) - nowUs + SecondUs - 1) / SecondUs);

    /// <summary>Forgets addresses that nothing is held against, so that many addresses do not fill the memory.</summary>
    private void Sweep(long nowUs)
    {
        var minute = nowUs / MinuteUs;
        var swept = Volatile.Read(ref _sweptMinute);
        if (swept >= minute
            || Interlocked.CompareExchange(ref _sweptMinute, minute, swept) != swept
            || _usages.Count < AddressesBeforeSweep)
        {
            return;
        }

        foreach (var (address, usage) in _usages)
        {
            lock (usage)
            {
                if (usage.Minute != minute && usage.RawWindow != nowUs / RawWindowUs && nowUs - usage.BannedUntilUs > LongestBanUs)
                {
                    _usages.TryRemove(address, out _);
                }
            }
        }
    }
}
