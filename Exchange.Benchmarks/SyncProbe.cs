using System.Diagnostics;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Journal;

namespace Exchange.Benchmarks;

/// <summary>
/// A second journal on the same disk, one small group every other millisecond: what write and sync of an order's group take while something else goes on.
/// Runs on a thread of its own from the constructor to <see cref="Dispose"/>.
/// </summary>
internal sealed class SyncProbe : IDisposable
{
    private const int PauseMs = 2;
    private const int RecordBytes = 256;

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly JournalAppender _appender;
    private readonly Thread _thread;
    private List<double> _micros = [];

    public SyncProbe(string directory)
    {
        _appender = new JournalAppender(
            new FileStorage(directory, JournalSyncMethod.Fdatasync, _ => { }), JournalEnd.Empty, epoch: 1, new JournalOptions { SegmentBytes = 16 << 20 });
        _thread = new Thread(Run) { IsBackground = true, Name = "sync-probe" };
        _thread.Start();
    }

    /// <summary>Returns the latencies since the last call in words, and forgets them.</summary>
    public string Take()
    {
        double[] micros;
        lock (_gate)
        {
            micros = [.. _micros.Order()];
            _micros = [];
        }

        return micros.Length == 0
            ? "no group was written"
            : $"p50 {micros[micros.Length / 2] / 1e3:F2} ms, p99 {micros[micros.Length * 99 / 100] / 1e3:F2} ms, most {micros[^1] / 1e3:F2} ms ({micros.Length} groups)";
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _appender.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        var record = new byte[RecordBytes];
        while (!_stop.Wait(PauseMs))
        {
            MemoryMarshal.Write(record, new RecordHeader { Length = RecordBytes, CommandType = CommandType.PlaceOrder, Sequence = _appender.NextSequence, TimeUs = _appender.NextSequence });
            var started = Stopwatch.GetTimestamp();
            _appender.Append(record);
            _appender.Commit();
            lock (_gate)
            {
                _micros.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }
        }
    }
}
