using System.Diagnostics;
using System.Globalization;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// The durable round trip: limit orders through the gateway, each awaited. Every caller has an account and buys and sells one lot at the
/// same price in turn, so that half of the orders trade and the book stays small.
/// </summary>
internal sealed class RoundTripRun(PipelineHarness harness, TextWriter progress)
{
    public const int MaxCallers = 64;

    private const int SymbolId = 0;
    private const long Price = 4_000_000;
    private const int WarmUpRoundsPerCaller = 150;
    private const int ClientOrderIdLength = 22;

    private static readonly (int Callers, int MinRounds, TimeSpan MinTime)[] Loads =
    [
        (1, 5_000, TimeSpan.FromSeconds(3)),
        (16, 5_000, TimeSpan.FromSeconds(3)),
        (MaxCallers, 5_000, TimeSpan.FromSeconds(3)),
    ];

    private long _lastClientOrderId;
    private int _refused;
    private volatile string? _refusal;

    public static async Task<List<RoundTripResult>> RunAsync(string directory, JournalSyncMethod method, TextWriter progress)
    {
        var harness = await PipelineHarness.StartAsync(directory, method, symbolCount: 1, MaxCallers, progress).ConfigureAwait(false);
        await using (harness.ConfigureAwait(false))
        {
            var run = new RoundTripRun(harness, progress);
            await run.CallAsync(MaxCallers, WarmUpRoundsPerCaller * MaxCallers, TimeSpan.Zero).ConfigureAwait(false);
            List<RoundTripResult> results = [];
            foreach (var (callers, minRounds, minTime) in Loads)
            {
                results.Add(await run.MeasureAsync(callers, minRounds, minTime).ConfigureAwait(false));
            }

            await harness.Pipeline.StopAsync().ConfigureAwait(false);
            return results;
        }
    }

    private async Task<RoundTripResult> MeasureAsync(int callers, int minRounds, TimeSpan minTime)
    {
        _refused = 0;
        var firstGroup = harness.Storage.GroupCount;
        var processors = ProcessorTime.Now();
        var publisherAllocated = harness.Allocations.Publisher;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var startedAt = Stopwatch.GetTimestamp();
        var ticks = await CallAsync(callers, minRounds, minTime).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(startedAt);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var groups = harness.Storage.Groups(firstGroup, harness.Storage.GroupCount);
        var groupTicks = new long[groups.Length];
        for (var i = 0; i < groups.Length; i++)
        {
            groupTicks[i] = groups[i].Ticks;
        }

        var result = new RoundTripResult
        {
            SyncMethod = harness.SyncMethod.ToString(),
            Callers = callers,
            Rounds = ticks.Length,
            RoundsPerSecond = ticks.Length / elapsed.TotalSeconds,
            Latency = LatencySummary.Of(ticks),
            RoundsPerGroup = (double)ticks.Length / groups.Length,
            GroupLatency = LatencySummary.Of(groupTicks),
            AllocatedBytesPerRound = (double)allocated / ticks.Length,
            PublisherBytesPerRound = (double)(harness.Allocations.Publisher - publisherAllocated) / ticks.Length,
            ProcessorsUsedByOthers = ProcessorTime.Now().OthersSince(processors, elapsed),
            Mismatches = Mismatches(),
        };
        progress.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {result.SyncMethod}, {callers} callers: {result.Rounds} rounds, p50 {result.Latency.P50Us:F0} us, p99 {result.Latency.P99Us:F0} us"));
        return result;
    }

    private List<string> Mismatches()
    {
        List<string> mismatches = [];
        if (_refused > 0)
        {
            mismatches.Add($"{_refused} orders were refused: {_refusal}");
        }

        if (harness.Failure is { } failure)
        {
            mismatches.Add($"failure in the pipeline: {failure.Message}");
        }

        return mismatches;
    }

    /// <summary>Runs the callers until each had its share of rounds and the time is over; returns the duration of every round.</summary>
    private async Task<long[]> CallAsync(int callers, int minRounds, TimeSpan minTime)
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(minTime.TotalSeconds * Stopwatch.Frequency);
        var roundsEach = (minRounds + callers - 1) / callers;
        var tasks = new Task<List<long>>[callers];
        for (var caller = 0; caller < callers; caller++)
        {
            var accountId = caller + 1;
            tasks[caller] = Task.Run(() => CallAsync(accountId, roundsEach, deadline));
        }

        return [.. (await Task.WhenAll(tasks).ConfigureAwait(false)).SelectMany(ticks => ticks)];
    }

    private async Task<List<long>> CallAsync(int accountId, int minRounds, long deadline)
    {
        var ticks = new List<long>(16_384);
        for (var round = 0; round < minRounds || Stopwatch.GetTimestamp() < deadline; round++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            var reject = await SubmitAsync(accountId, (round & 1) == 0 ? Side.Buy : Side.Sell).ConfigureAwait(false);
            ticks.Add(Stopwatch.GetTimestamp() - startedAt);
            if (reject is not null)
            {
                Interlocked.Increment(ref _refused);
                _refusal = reject;
            }
        }

        return ticks;
    }

    /// <summary>Returns null, or why the order was refused.</summary>
    private async ValueTask<string?> SubmitAsync(int accountId, Side side)
    {
        var command = new CommandSlot
        {
            Type = CommandType.PlaceOrder,
            AccountId = accountId,
            SymbolId = SymbolId,
            Side = side,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Gtc,
            Price = Price,
            Quantity = 1,
            ClientOrderId = NewClientOrderId(),
        };
        if (!harness.Pipeline.Gateway.TrySubmit(ref command, ClaimClass.Normal, out var pending))
        {
            return "not admitted";
        }

        using var reply = await pending.ConfigureAwait(false);
        return reply.Reject == RejectReason.None ? null : reply.Reject.ToString();
    }

    private ClientOrderId NewClientOrderId()
    {
        Span<byte> text = stackalloc byte[ClientOrderIdLength];
        var number = Interlocked.Increment(ref _lastClientOrderId);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = (byte)('a' + (number & 15));
            number >>= 4;
        }

        return new ClientOrderId(text);
    }
}
