using System.Runtime.ExceptionServices;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Feeds replayed records to the views, on a thread of its own: while they fold one batch, the replay executes the next. In order, in bounded batches.
/// Whichever thread is ahead helps: when the replay has filled its batch, it folds those views of the batch before that nobody has begun.
/// <code>
/// replay: Add … Add ──► full ──► batch A ──► view by view, each by the thread that claims it; when every view has all of A, it is free again
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
    private readonly SemaphoreSlim _folded = new(1);
    private readonly Thread? _thread;
    private Batch _filling = new();
    private Batch _folding = new();

    /// <summary>Views of the batch handed over that nobody has claimed yet: those before this index. Zero or less when all are claimed.</summary>
    private int _unclaimed;

    /// <summary>Views that have not folded the whole batch yet, and one for the thread that hands it over.</summary>
    private int _unfolded;
    private volatile bool _hasEnded;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>The failure has been told, when every view was done with its batch; the replay's thread.</summary>
    private bool _hasFailed;

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

    /// <summary>Returns when every view has every record. The last call before <see cref="Dispose"/>.</summary>
    public void Complete()
    {
        HandOver();
        AwaitFolded();
    }

    /// <summary>Ends the thread behind the view that it folds; what was not handed over is dropped.</summary>
    public void Dispose()
    {
        if (_thread is not null)
        {
            _hasEnded = true;
            _handedOver.Release();
            _thread.Join();
        }

        _handedOver.Dispose();
        _folded.Dispose();
    }

    private void HandOver()
    {
        AwaitFolded();
        (_filling, _folding) = (_folding, _filling);
        _filling.Clear();

        // One more than there are views: the batch is not folded before it is handed over, even where nobody looks at it.
        _unfolded = _consumers.Length + 1;
        if (_thread is null)
        {
            foreach (var consumer in _consumers)
            {
                Fold(consumer);
            }
        }
        else if (_consumers.Length > 0)
        {
            // The symbol directory, before anybody can claim the others: they look symbols up in it.
            Fold(_consumers[0]);
            Volatile.Write(ref _unclaimed, _consumers.Length);
            _handedOver.Release();
        }

        EndOne();
    }

    /// <summary>Helps with the batch that is handed over, and returns when every view has it.</summary>
    private void AwaitFolded()
    {
        // Behind a failure that was told, nobody folds any more, and nobody would be waited for.
        if (!_hasFailed)
        {
            FoldUnclaimed();
            _folded.Wait();
            _hasFailed = _failure is not null;
        }

        _failure?.Throw();
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

            FoldUnclaimed();
        }
    }

    /// <summary>Folds views, the last first, since the heaviest stand last, until every one is claimed. Either thread.</summary>
    private void FoldUnclaimed()
    {
        // Never the first: the directory is folded before the batch is handed over.
        for (var index = Interlocked.Decrement(ref _unclaimed); index > 0; index = Interlocked.Decrement(ref _unclaimed))
        {
            Fold(_consumers[index]);
        }
    }

    private void Fold(IRecordConsumer consumer)
    {
        try
        {
            Show(consumer);
        }
        catch (Exception failure)
        {
            // Kept for the replay's thread, which ends it all. The first one: others may follow from it.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }

        EndOne();
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _unfolded) == 0)
        {
            _folded.Release();
        }
    }

    private void Show(IRecordConsumer consumer)
    {
        var times = 1;
        Planted.Let(PlantedBug.ViewsNotRecovered, ref times, 0);
        Planted.Let(PlantedBug.ReplayAppliedTwice, ref times, 2);
        consumer.BeginBatch();
        for (; times > 0; times--)
        {
            consumer.Apply(_folding.Run);
        }

        consumer.EndBatch();
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
