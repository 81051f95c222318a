using System.Collections.Concurrent;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Everybody who waits for a command: a fixed number of reusable waits, so that the commands in flight are bounded and none allocates.
/// Callers rent, the publisher completes, a timer abandons what takes too long.
/// </summary>
internal sealed class ReplyTable
{
    private readonly PooledReply[] _replies;
    private readonly ConcurrentQueue<PooledReply> _free;
    private readonly IClock _clock;
    private readonly int _timeoutMs;
    private bool _isClosed;

    /// <param name="capacity">Commands that may be in flight.</param>
    /// <param name="timeoutMs">After how long a caller is told that the outcome is unknown.</param>
    /// <param name="continuesInline">Callers go on inside the publisher's call instead of on the thread pool: for simulation.</param>
    public ReplyTable(int capacity, int timeoutMs, IClock clock, bool continuesInline = false)
    {
        _timeoutMs = timeoutMs;
        _clock = clock;
        _replies = new PooledReply[capacity];
        for (var token = 0; token < capacity; token++)
        {
            _replies[token] = new PooledReply(this, token, continuesInline);
        }

        _free = new ConcurrentQueue<PooledReply>(_replies);
    }

    /// <summary>Begins a wait; false when all are taken, or the table is closed.</summary>
    public bool TryRent(out PooledReply reply)
    {
        if (!_free.TryDequeue(out reply!))
        {
            return false;
        }

        reply.Begin(_clock.MonotonicUs / 1_000 + _timeoutMs);

        // Either this thread sees the table closed, or Close sees the wait: nobody waits for an answer that cannot come.
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref _isClosed))
        {
            return true;
        }

        reply.Withdraw();
        return false;
    }

    public void Return(PooledReply reply) => _free.Enqueue(reply);

    /// <summary>Keeps a copy of a record for who waits; the publisher.</summary>
    public void Append(int token, in Record record) => _replies[token].Append(record.Bytes);

    /// <summary>Answers who waits; the publisher.</summary>
    public void Complete(int token) => _replies[token].Complete();

    /// <summary>Tells those who have waited too long that the outcome is unknown; a timer.</summary>
    public void AbandonOverdue()
    {
        var nowMs = _clock.MonotonicUs / 1_000;
        foreach (var reply in _replies)
        {
            if (reply.IsOverdue(nowMs, out var wait))
            {
                reply.Abandon(wait, new TimeoutException("the command's outcome was not durable in time; it is unknown"));
            }
        }
    }

    /// <summary>Tells everybody that the exchange has stopped, and lets nobody wait from here on; any thread.</summary>
    public void Close()
    {
        Volatile.Write(ref _isClosed, true);
        Interlocked.MemoryBarrier();
        foreach (var reply in _replies)
        {
            if (reply.IsWaiting(out var wait))
            {
                reply.Abandon(wait, new ExchangeStoppedException());
            }
        }
    }
}
