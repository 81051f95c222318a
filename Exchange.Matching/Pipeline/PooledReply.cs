using System.Threading.Tasks.Sources;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// One caller's wait for one command.
/// <code>
///          Rent              Complete (publisher)          Dispose (caller)
///   free ───────► waiting ─────────────────────► answered ──────────────────► free
///                    │ Abandon (time-out, stop)               GetResult (caller) and Complete (publisher)
///                    └────────────────────────► abandoned ──────────────────► free
/// </code>
/// The caller is told of an abandonment at once, but the token stays taken until the caller has heard it and the publisher has met the
/// command, whichever comes last: it can never be answered with another command's outcome.
/// </summary>
internal sealed class PooledReply(ReplyTable table, int token) : CommandReply, IValueTaskSource<CommandReply>
{
    private const int Free = 0;
    private const int Waiting = 1;
    private const int Answered = 2;
    private const int Abandoned = 3;

    // Continuations run on the thread pool: the publisher never runs a caller's code.
    private ManualResetValueTaskSourceCore<CommandReply> _source = new() { RunContinuationsAsynchronously = true };
    private byte[] _records = new byte[512];
    private int _length;
    private int _state;
    private int _partiesLeft;
    private long _deadlineMs;

    public override int Token => token;

    public override RejectReason Reject
    {
        get
        {
            var events = First.Events;
            return events.MoveNext() && events.Type == EventType.CommandRejected ? events.As<CommandRejected>().Reason : RejectReason.None;
        }
    }

    public override long Sequence => First.Sequence;

    public override long TimeUs => First.TimeUs;

    public override ReadOnlySpan<byte> Records => _records.AsSpan(0, _length);

    private Record First => new(Records);

    /// <summary>Begins a wait; the caller's thread.</summary>
    public void Begin(long deadlineMs)
    {
        _length = 0;
        _source.Reset();
        _partiesLeft = 2;
        Volatile.Write(ref _deadlineMs, deadlineMs);
        Volatile.Write(ref _state, Waiting);
    }

    /// <summary>The task of the wait that <see cref="Begin"/> began.</summary>
    public ValueTask<CommandReply> AsTask() => new(this, _source.Version);

    /// <summary>Takes a wait back whose command was never handed over; the caller's thread.</summary>
    public void Withdraw()
    {
        Volatile.Write(ref _state, Free);
        table.Return(this);
    }

    /// <summary>Adds a record of the command; the publisher.</summary>
    public void Append(ReadOnlySpan<byte> record)
    {
        if (_length + record.Length > _records.Length)
        {
            Array.Resize(ref _records, Math.Max(_records.Length * 2, _length + record.Length));
        }

        record.CopyTo(_records.AsSpan(_length));
        _length += record.Length;
    }

    /// <summary>The command is durable and all views show it; the publisher.</summary>
    public void Complete()
    {
        if (Interlocked.CompareExchange(ref _state, Answered, Waiting) == Waiting)
        {
            _source.SetResult(this);
        }
        else
        {
            LeaveAbandoned();
        }
    }

    /// <summary>Tells the caller that the outcome is unknown, if it still waits. Any thread.</summary>
    public void Abandon(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Waiting) == Waiting)
        {
            _source.SetException(reason);
        }
    }

    private void LeaveAbandoned()
    {
        if (Interlocked.Decrement(ref _partiesLeft) == 0)
        {
            Withdraw();
        }
    }

    public bool IsOverdue(long nowMs) => Volatile.Read(ref _state) == Waiting && nowMs > Volatile.Read(ref _deadlineMs);

    protected override void Release()
    {
        if (Interlocked.CompareExchange(ref _state, Free, Answered) == Answered)
        {
            table.Return(this);
        }
    }

    CommandReply IValueTaskSource<CommandReply>.GetResult(short version)
    {
        try
        {
            return _source.GetResult(version);
        }
        catch (Exception outcome) when (outcome is TimeoutException or ExchangeStoppedException)
        {
            LeaveAbandoned();
            throw;
        }
    }

    ValueTaskSourceStatus IValueTaskSource<CommandReply>.GetStatus(short version) => _source.GetStatus(version);

    void IValueTaskSource<CommandReply>.OnCompleted(
        Action<object?> continuation, object? state, short version, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, version, flags);
}
