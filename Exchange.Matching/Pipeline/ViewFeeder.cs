using System.Runtime.ExceptionServices;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Feeds replayed records to the views, on a thread of its own: while they fold one batch, the replay executes the next. In order, in bounded batches.
/// <code>
/// replay: Add … Add ──► full ──► batch A ──► views' thread: every view has all of A, then A is free again
///         Add … Add ──► batch B …            at most one batch is handed over and one in filling
/// </code>
/// Used by one thread; <see cref="Dispose"/> ends the other. A view that fails is a bug: its exception is thrown on the
/// replay's thread by the next call.
/// </summary>
internal sealed class ViewFeeder : IDisposable
{
    /// <summary>A batch is handed over at so many records, or before it would have more bytes than this: both lie in a core's cache.</summary>
    private const int BatchRecords = 1_024;
    private const int BatchBytes = 256 << 10;

    private readonly IRecordConsumer[] _consumers;
    private readonly SemaphoreSlim _handedOver = new(0);
    private readonly SemaphoreSlim _free = new(1);
    private readonly Thread? _thread;
    private Batch _filling = new();
    private Batch _folding = new();
    private volatile bool _hasEnded;
    private ExceptionDispatchInfo? _failure;

    /// <param name="isInline">Folds on the calling thread instead: for a simulation, which has one, and for who is in no hurry.</param>
    public ViewFeeder(IReadOnlyList<IRecordConsumer> consumers, bool isInline)
    {
        _consumers = [.. consumers];
        if (!isInline)
        {
            _thread = new Thread(Run) { Name = "views", IsBackground = true };
            _thread.Start();
        }
    }

    /// <summary>Takes a copy of the record; the views have it by <see cref="Complete"/>.</summary>
    public void Add(in Record record)
    {
        if (_filling.Count == BatchRecords || (_filling.Length + record.Bytes.Length > BatchBytes && _filling.Count > 0))
        {
            HandOver();
        }

        _filling.Add(record.Bytes);
    }

    /// <summary>Returns when every view has every record.</summary>
    public void Complete()
    {
        HandOver();
        if (_thread is not null)
        {
            _free.Wait();
            _failure?.Throw();
        }
    }

    /// <summary>Ends the thread behind the batch that it folds; what was not handed over is dropped.</summary>
    public void Dispose()
    {
        if (_thread is not null)
        {
            _hasEnded = true;
            _handedOver.Release();
            _thread.Join();
        }

        _handedOver.Dispose();
        _free.Dispose();
    }

    private void HandOver()
    {
        if (_thread is null)
        {
            Fold(_filling);
            return;
        }

        _free.Wait();
        _failure?.Throw();
        (_filling, _folding) = (_folding, _filling);
        _handedOver.Release();
    }

    private void Run()
    {
        while (true)
        {
            _handedOver.Wait();
            if (_hasEnded)
            {
                return;
            }

            try
            {
                Fold(_folding);
            }
            catch (Exception failure)
            {
                // Kept for the replay's thread, which ends it all.
                _failure = ExceptionDispatchInfo.Capture(failure);
            }

            _free.Release();
        }
    }

    private void Fold(Batch batch)
    {
        foreach (var consumer in _consumers)
        {
            consumer.BeginBatch();
        }

        var shown = _consumers;
        Planted.Let(PlantedBug.ViewsNotRecovered, ref shown, []);
        Planted.Let(PlantedBug.ReplayAppliedTwice, ref shown, [.. _consumers, .. _consumers]);
        foreach (var consumer in shown)
        {
            consumer.Apply(batch.Run);
        }

        foreach (var consumer in _consumers)
        {
            consumer.EndBatch();
        }

        batch.Clear();
    }

    /// <summary>Records back to back, copied: the journal's buffer is read into again while they are folded.</summary>
    private sealed class Batch
    {
        private byte[] _bytes = new byte[BatchBytes];
        private readonly int[] _starts = new int[BatchRecords];

        public int Count { get; private set; }

        public int Length { get; private set; }

        public RecordRun Run => new(_bytes, _starts.AsSpan(0, Count), []);

        public void Add(ReadOnlySpan<byte> record)
        {
            if (Length + record.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, Length + record.Length);
            }

            record.CopyTo(_bytes.AsSpan(Length));
            _starts[Count++] = Length;
            Length += record.Length;
        }

        public void Clear()
        {
            Count = 0;
            Length = 0;
        }
    }
}
