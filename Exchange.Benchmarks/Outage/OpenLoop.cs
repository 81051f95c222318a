using System.Diagnostics;

namespace Exchange.Benchmarks.Outage;

/// <param name="IntendedAt">Stopwatch timestamp at which the schedule had it sent.</param>
/// <param name="Ticks">From there to the answer, stopwatch ticks.</param>
/// <param name="Refusal">Why it did not succeed; null when it did.</param>
internal readonly record struct LoadSample(long IntendedAt, long Ticks, string? Refusal);

/// <summary>
/// Sends at a fixed rate, whether answers come or not, and takes the time from when each request was due: a stall counts for everything behind it.
/// Runs on a thread of its own from the start to <see cref="StopAsync"/>.
/// </summary>
internal sealed class OpenLoop
{
    /// <summary>Whoever sends this late did not run: what was measured then is the machine's, not the exchange's.</summary>
    private static readonly TimeSpan StandStill = TimeSpan.FromMilliseconds(250);

    private readonly Func<int, Task<string?>> _send;
    private readonly int _perSecond;
    private readonly Lock _lock = new();
    private readonly List<LoadSample> _samples = [];
    private readonly List<Task> _underWay = [];
    private readonly Thread _thread;
    private volatile bool _isEnding;
    private long _stoodStillAt;

    /// <param name="send">Sends one request, by its number from 0; returns why it did not succeed, null when it did.</param>
    public OpenLoop(int perSecond, Func<int, Task<string?>> send)
    {
        _send = send;
        _perSecond = perSecond;
        _thread = new Thread(Run) { Name = "open-loop", Priority = ThreadPriority.AboveNormal, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Returns whether this thread could not keep its schedule at some time behind the stopwatch timestamp.</summary>
    public bool StoodStillBehind(long timestamp) => Volatile.Read(ref _stoodStillAt) > timestamp;

    /// <summary>Ends sending and returns every request's sample when the last answer is there.</summary>
    public async Task<IReadOnlyList<LoadSample>> StopAsync()
    {
        _isEnding = true;
        _thread.Join();
        await Task.WhenAll(_underWay).ConfigureAwait(false);
        return _samples;
    }

    private void Run()
    {
        var begin = Stopwatch.GetTimestamp();
        for (var number = 0; !_isEnding; number++)
        {
            var due = begin + (long)(number * (double)Stopwatch.Frequency / _perSecond);
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (early > TimeSpan.Zero)
            {
                Thread.Sleep(early);
            }

            if (Stopwatch.GetElapsedTime(due) > StandStill)
            {
                Volatile.Write(ref _stoodStillAt, Stopwatch.GetTimestamp());
            }

            _underWay.RemoveAll(task => task.IsCompletedSuccessfully);
            _underWay.Add(SendAsync(number, due));
        }
    }

    private async Task SendAsync(int number, long due)
    {
        string? refusal;
        try
        {
            refusal = await _send(number).ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException)
        {
            refusal = "no answer: " + lost.Message;
        }

        var sample = new LoadSample(due, Stopwatch.GetTimestamp() - due, refusal);
        lock (_lock)
        {
            _samples.Add(sample);
        }
    }
}
