using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Risk;

/// <summary>
/// Counts accepted orders per account in windows of 10 seconds and of a day, both aligned to UTC, and gives back for first fills
/// (API.md A3). Fed alike by the engine and by the published view, so both count the same. Not thread-safe.
/// Nothing allocates but opening accounts.
/// <code>
/// counts[account] (32 bytes)
/// </code>
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Most owners live as long as the process; others release its memory, or the array's finalizer does.")]
internal sealed unsafe class OrderCounter
{
    /// <summary>Given back when the order's first fill is as taker.</summary>
    public const int TakerGiveBack = 1;

    /// <summary>Given back when the order's first fill is as maker.</summary>
    public const int MakerGiveBack = 5;

    private const long TenSecondsUs = 10_000_000;
    private const long DayUs = 86_400_000_000;
    private const int MaxAccounts = 1 << 24;

    private readonly ReservedArray<Counts> _array = new(MaxAccounts + 1);
    private readonly Counts* _counts;
    private int _accountCount;

    // The windows of the latest time, and where the shorter one begins, which lies inside the longer one; no part of the state.
    private long _windowStartUs;
    private long _tenSeconds;
    private long _day;

    public OrderCounter() => _counts = _array.Start;

    /// <summary>Also as a snapshot holds it: 32 bytes without padding.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Counts
    {
        /// <summary>The 10 seconds that <see cref="Per10Seconds"/> counts, numbered from 1970.</summary>
        public long TenSeconds;

        /// <summary>The day that <see cref="PerDay"/> counts, numbered from 1970.</summary>
        public long Day;
        public int Per10Seconds;
        public int PerDay;
        public int LimitPer10Seconds;
        public int LimitPerDay;
    }

    /// <inheritdoc cref="IReservesMemory.ReleaseMemory"/>
    public void ReleaseMemory() => _array.Dispose();

    /// <summary>Accounts come in the order of their ids, from 1. A limit of 0 is none.</summary>
    public void OpenAccount(int accountId, int limitPer10Seconds, int limitPerDay)
    {
        Invariant.That(accountId == _accountCount + 1, "accounts are opened in the order of their ids");
        while (accountId >= _array.Length)
        {
            _array.Grow();
        }

        _accountCount = accountId;
        ref var counts = ref At(accountId);
        counts.LimitPer10Seconds = limitPer10Seconds;
        counts.LimitPerDay = limitPerDay;
    }

    /// <summary>Other limits for an existing account; what was counted stays counted.</summary>
    public void SetLimits(int accountId, int limitPer10Seconds, int limitPerDay)
    {
        ref var counts = ref At(accountId);
        counts.LimitPer10Seconds = limitPer10Seconds;
        counts.LimitPerDay = limitPerDay;
    }

    public bool Exists(int accountId) => (uint)(accountId - 1) < (uint)_accountCount;

    /// <summary>
    /// Returns the counts in the windows that contain <paramref name="timeUs"/>. A time before the account's newest window counts as
    /// inside it: a reader may look a moment late.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OrderCounts CountsOf(int accountId, long timeUs)
    {
        ref readonly var counts = ref At(accountId);
        return new OrderCounts(
            timeUs / TenSecondsUs > counts.TenSeconds ? 0 : counts.Per10Seconds,
            timeUs / DayUs > counts.Day ? 0 : counts.PerDay,
            counts.LimitPer10Seconds,
            counts.LimitPerDay);
    }

    /// <summary>
    /// Returns whether one order more breaks no limit, and is counted by <see cref="CountOneMore"/>: as most are, whose account has placed others in the
    /// windows of now. Otherwise <see cref="Check"/> decides.
    /// </summary>
    /// <param name="accountId">One that exists: it is not asked.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoom(int accountId, long timeUs)
    {
        var counts = _counts + accountId;
        return IsInWindows(timeUs) && counts->TenSeconds == _tenSeconds
            && !IsUsedUp(counts->Per10Seconds, counts->LimitPer10Seconds) && !IsUsedUp(counts->PerDay, counts->LimitPerDay) && counts->PerDay != int.MaxValue;
    }

    /// <summary>An accepted order of an account that <see cref="HasRoom"/> at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountOneMore(int accountId)
    {
        // Safety: the account exists, it has room. Neither count passes the top: that of the day is the greater one.
        var counts = _counts + accountId;
        counts->Per10Seconds++;
        counts->PerDay++;
    }

    /// <summary>Returns None, or the limit that one order more would break.</summary>
    public RejectReason Check(int accountId, long timeUs)
    {
        ref readonly var counts = ref At(accountId);
        return IsUsedUp(counts.Per10Seconds, counts.LimitPer10Seconds) && timeUs / TenSecondsUs <= counts.TenSeconds ? RejectReason.TooManyOrdersPer10Seconds
            : IsUsedUp(counts.PerDay, counts.LimitPerDay) && timeUs / DayUs <= counts.Day ? RejectReason.TooManyOrdersPerDay
            : RejectReason.None;
    }

    // A limit of 0, which is none, becomes the greatest number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUsedUp(int count, int limit) => (uint)count > (uint)limit - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int accountId)
    {
        if (Exists(accountId))
        {
            Matching.Types.Prefetch.Line(ref At(accountId));
        }
    }

    public void OnOrderAccepted(int accountId, long timeUs)
    {
        ref var counts = ref At(accountId);
        Roll(ref counts, timeUs);
        counts.Per10Seconds = Increment(counts.Per10Seconds);
        counts.PerDay = Increment(counts.PerDay);
    }

    /// <summary>Gives back in the windows of now, whenever the order was placed; no count falls below 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnFirstFill(int accountId, bool isMaker, long timeUs)
    {
        ref var counts = ref At(accountId);
        Roll(ref counts, timeUs);
        var giveBack = isMaker ? MakerGiveBack : TakerGiveBack;
        counts.Per10Seconds = Math.Max(0, counts.Per10Seconds - giveBack);
        counts.PerDay = Math.Max(0, counts.PerDay - giveBack);
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(_accountCount);
        for (var accountId = 1; accountId <= _accountCount; accountId++)
        {
            ref readonly var counts = ref At(accountId);
            hash.Add(counts.TenSeconds);
            hash.Add(counts.Day);
            hash.Add(counts.Per10Seconds);
            hash.Add(counts.PerDay);
            hash.Add(counts.LimitPer10Seconds);
            hash.Add(counts.LimitPerDay);
        }
    }

    /// <summary>The accounts in the order of their ids.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(_accountCount);
        for (var accountId = 1; accountId <= _accountCount; accountId++)
        {
            writer.Write(in At(accountId));
        }
    }

    public void Load(SnapshotReader reader)
    {
        var count = reader.ReadCount(MaxAccounts);
        for (var accountId = 1; accountId <= count; accountId++)
        {
            OpenAccount(accountId, 0, 0);
            At(accountId) = reader.Read<Counts>();
        }
    }

    // Why: an account without limits may place more orders in a day than an int holds; its count then stays at the top.
    private static int Increment(int count) => count == int.MaxValue ? count : count + 1;

    /// <summary>Whether the windows of a time are the ones that were computed last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsInWindows(long timeUs) => (ulong)(timeUs - _windowStartUs) < TenSecondsUs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Roll(ref Counts counts, long timeUs)
    {
        if (!IsInWindows(timeUs))
        {
            ComputeWindows(timeUs);
        }

        if (_tenSeconds > counts.TenSeconds)
        {
            RollTo(ref counts);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ComputeWindows(long timeUs)
    {
        _tenSeconds = timeUs / TenSecondsUs;
        _day = timeUs / DayUs;
        _windowStartUs = _tenSeconds * TenSecondsUs;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RollTo(ref Counts counts)
    {
        counts.TenSeconds = _tenSeconds;
        counts.Per10Seconds = 0;
        if (_day > counts.Day)
        {
            counts.Day = _day;
            counts.PerDay = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Counts At(int accountId)
    {
        Invariant.That((uint)(accountId - 1) < (uint)_accountCount, "orders are counted for an account that exists");

        // Safety: the array reaches as far as accounts exist.
        return ref _counts[accountId];
    }
}
