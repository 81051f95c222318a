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
///
/// state word:  number of the wait (62 bits) | phase (2 bits)
/// </code>
/// Why the number: a timer that has found one wait overdue must not abandon the next wait of the same token.
/// The caller is told of an abandonment at once, but the token stays taken until the caller has heard it and the publisher has met the
/// command, whichever comes last: it can never be answered with another command's outcome.
/// </summary>
internal sealed class PooledReply(ReplyTable table, int token, bool continuesInline) : CommandReply, IValueTaskSource<CommandReply>
{
    private const long Free = 0;
    private const long Waiting = 1;
    private const long Answered = 2;
    private const long Abandoned = 3;
    private const long PhaseMask = 3;

    // Continuations run on the thread pool, but in a simulation: the publisher never runs a caller's code.
    private ManualResetValueTaskSourceCore<CommandReply> _source = new() { RunContinuationsAsynchronously = !continuesInline };
    private byte[] _records = new byte[512];
    private int _length;
    private long _state;
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
        Volatile.Write(ref _state, ((Volatile.Read(ref _state) | PhaseMask) + 1) | Waiting);
    }

    /// <summary>The task of the wait that <see cref="Begin"/> began.</summary>
    public ValueTask<CommandReply> AsTask() => new(this, _source.Version);

    /// <summary>Takes a wait back whose command was never handed over; the caller's thread.</summary>
    public void Withdraw()
    {
        if (!TryLeave(Waiting, Free))
        {
            // Somebody abandons it in this very moment: the source is reusable when the exception has been set.
            var spin = new SpinWait();
            while (_source.GetStatus(_source.Version) == ValueTaskSourceStatus.Pending)
            {
                spin.SpinOnce();
            }

            SetFree();
        }

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
        if (TryLeave(Waiting, Answered))
        {
            _source.SetResult(this);
        }
        else
        {
            LeaveAbandoned();
        }
    }

    /// <summary>Returns whether somebody waits; <paramref name="wait"/> names this wait and no other. Any thread.</summary>
    public bool IsWaiting(out long wait)
    {
        wait = Volatile.Read(ref _state);
        return (wait & PhaseMask) == Waiting;
    }

    /// <summary>Returns whether somebody has waited too long. Any thread.</summary>
    public bool IsOverdue(long nowMs, out long wait) => IsWaiting(out wait) && nowMs > Volatile.Read(ref _deadlineMs);

    /// <summary>Tells the caller that the outcome is unknown, if it is still in the wait that was named. Any thread.</summary>
    public void Abandon(long wait, Exception reason)
    {
        if (Interlocked.CompareExchange(ref _state, wait | Abandoned, wait) == wait)
        {
            _source.SetException(reason);
        }
    }

    private void LeaveAbandoned()
    {
        if (Interlocked.Decrement(ref _partiesLeft) == 0)
        {
            SetFree();
            table.Return(this);
        }
    }

    private bool TryLeave(long phase, long next)
    {
        var state = Volatile.Read(ref _state);
        return (state & PhaseMask) == phase && Interlocked.CompareExchange(ref _state, (state & ~PhaseMask) | next, state) == state;
    }

    private void SetFree() => Volatile.Write(ref _state, Volatile.Read(ref _state) & ~PhaseMask);

    protected override void Release()
    {
        if (TryLeave(Answered, Free))
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
