using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The one thread that changes trading state. Read this file first:
/// <code>
/// CommandRing ──► stamp sequence and time ──► MatchingEngine (risk, book, ledger) ──► EventRing ──► journal ──► publisher
/// </code>
/// 1. Commands are executed in the ring's order; each gets the next sequence, and the journal time of its batch.
/// 2. A command starts only when the event ring has room for the largest possible record: backpressure stops here, not in the middle.
/// 3. Work that exceeded one command's bound goes on, as the engine's own commands, before the next external one.
/// 4. Records become visible once per batch; slots go back to the producers behind them.
/// 5. A command that fails while it changes the state ends the loop: it leaves a quarantine file, and none of its effects is published.
/// No lock, no I/O, no allocation per command in here (the quarantine file is written when trading has already ended).
/// </summary>
internal sealed class EngineLoop<TRisk, TLedger>(
    MatchingEngine<TRisk, TLedger> engine,
    CommandRing commands,
    EventRing events,
    JournalClock clock,
    QuarantineFolder quarantine,
    IReadOnlyList<QuarantineCommand> pendingQuarantines,
    Action<long, Exception> onInternalError) : IPipelineStage
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    /// <summary>Most ring slots between two stamps of time: bounds both the age of a stamp and the wait for visibility.</summary>
    internal const int BatchSlotCount = 256;

    /// <summary>Ring slots that are executed before it is asked again how to look ahead.</summary>
    private const int SlotsOfOneLook = 64;

    private const int LookAheadLength = MatchingEngine<TRisk, TLedger>.LookAheadLength;

    /// <summary>Ring slots that one <see cref="Step"/> takes at most, 1 to <see cref="BatchSlotCount"/>.</summary>
    public int StepSlotCount { get; set; } = BatchSlotCount;

    private readonly byte[] _payload = new byte[CommandRing.MaxPayloadLength];
    private long _next;

    /// <summary>Behind the last ring slot of a command that the engine has been told to expect.</summary>
    private long _expected;
    private bool _hasBegun;
    private Exception? _lastInternalError;

    /// <summary>Runs until the command ring is alerted and empty.</summary>
    /// <exception cref="PoisonedCommandException">A command failed while it changed the state.</exception>
    public void Run()
    {
        if (!Begin())
        {
            return;
        }

        while (Take(commands.WaitFor(_next), BatchSlotCount) != StageProgress.Ended)
        {
        }
    }

    /// <inheritdoc/>
    /// <exception cref="PoisonedCommandException">As <see cref="Run"/>.</exception>
    public StageProgress Step()
    {
        if (_hasBegun)
        {
            return Take(commands.Poll(_next), StepSlotCount);
        }

        return Begin() ? StageProgress.Worked : StageProgress.Ended;
    }

    /// <summary>Finishes what the last process left; false when the event ring has been stopped before that, and no command may be executed.</summary>
    private bool Begin()
    {
        _hasBegun = true;
        try
        {
            return FinishLeftoverWork(clock.LastJournaledUs);
        }
        catch (PoisonedCommandException poison)
        {
            LeaveQuarantine(poison);
            throw;
        }
    }

    /// <summary>Executes one batch of the commands up to ring position <paramref name="available"/>.</summary>
    private StageProgress Take(long available, int batchSlotCount)
    {
        if (available < _next)
        {
            return available == SequenceBarrier.Stopped ? StageProgress.Ended : StageProgress.Idle;
        }

        var timeUs = clock.Advance();
        events.EndLapEarly();
        var batchEnd = Math.Min(available, _next + batchSlotCount - 1);
        try
        {
            if (!ExecuteBatch(batchEnd, available, timeUs))
            {
                return StageProgress.Ended;
            }
        }
        catch (PoisonedCommandException poison)
        {
            LeaveQuarantine(poison);
            throw;
        }

        events.Publish();
        var released = _next - 1;
        Planted.Let(PlantedBug.SlotsReleasedEarly, ref released, Math.Max(available, released));
        commands.Release(released);
        return StageProgress.Worked;
    }

    /// <summary>Executes the commands up to a ring position, with what they leave; false when the event ring has been stopped.</summary>
    private bool ExecuteBatch(long end, long available, long timeUs)
    {
        while (_next <= end)
        {
            try
            {
                if (!ExecuteUnguarded(end, available, timeUs))
                {
                    return false;
                }
            }
            catch (Exception failure) when (events.HasReservation && MatchingEngine<TRisk, TLedger>.IsOfCommand(failure))
            {
                // Why out here: what a loop keeps at hand across a guarded call lies in memory instead of registers.
                events.Rewind();
                if (!RejectFailed(failure, timeUs))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Executes commands until the one at <see cref="_next"/> lies behind a ring position; an exception of the engine leaves it at the command that
    /// failed, with the reservation open. False when the event ring has been stopped.
    /// </summary>
    private bool ExecuteUnguarded(long end, long available, long timeUs)
    {
        while (_next <= end)
        {
            var until = Math.Min(end, _next + SlotsOfOneLook - 1);
            var goesOn = engine.WantsLookAhead ? Execute<FarLook>(until, available, timeUs)
                : engine.WantsNearLook ? Execute<NearLook>(until, available, timeUs)
                : Execute<NoLook>(until, available, timeUs);
            if (!goesOn)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As above. Why one for each way of looking ahead: what the others need at hand would be written to the stack in each of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Execute<TLook>(long end, long available, long timeUs)
        where TLook : struct
    {
        var next = _next;
        var lastBegin = ReserveUsual(end - next + 1);
        for (var look = next; next <= end;)
        {
            if (typeof(TLook) == typeof(FarLook) && next >= look)
            {
                // Should it fail, no command is to be blamed: none has a reservation.
                events.Rewind();
                look = next + LookAhead(next, available);
                lastBegin = ReserveUsual(end - next + 1);
            }

            if (typeof(TLook) == typeof(NearLook))
            {
                // Not beyond what is published: what is being written belongs to another processor.
                engine.LookNear(in commands[Math.Min(next + 2, available)], in commands[Math.Min(next + 3, available)]);
            }

            ref var command = ref commands[next];
            int length;
            bool goesOn;
            if (events.MayBegin(lastBegin) && (length = engine.TryUsual(ref command, events.NextSequence, timeUs, ref events.NextRecord)) != 0)
            {
                events.CommitNext(length, command.ReplyToken);
                _next = ++next;
                if (!engine.HasPendingWork)
                {
                    continue;
                }

                events.Rewind();
                goesOn = ContinueWork(timeUs, command.ReplyToken);
            }
            else
            {
                events.Rewind();
                goesOn = ExecuteOther(ref command, timeUs);
                next = _next;
            }

            if (!goesOn)
            {
                return false;
            }

            lastBegin = ReserveUsual(end - next + 1);
        }

        events.Rewind();
        return true;
    }

    /// <summary>Opens a reservation for so many usual commands; behind the last one it does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReserveUsual(long count) => events.ReserveMany(engine.MaxRecordLength, count);

    /// <summary>In small books nothing is looked for ahead.</summary>
    private readonly struct NoLook;

    /// <summary>In books of middling size, at the next commands.</summary>
    private readonly struct NearLook;

    /// <summary>In large books, in passes.</summary>
    private readonly struct FarLook;

    /// <summary>
    /// Executes the command at <see cref="_next"/>, usual or not, waiting for room where there is none, and what it leaves; reports an error of the engine
    /// that has refused it. False when the event ring has been stopped.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ExecuteOther(ref CommandSlot command, long timeUs)
    {
        var record = events.Reserve(engine.MaxRecordLength);
        if (record.IsEmpty)
        {
            return false;
        }

        var sequence = events.NextSequence;
        var length = command.Type.IsTrading()
            ? engine.ExecuteOther(ref command, default, sequence, timeUs, record)
            : engine.Execute(ref command, ReadPayload(_next), sequence, timeUs, record);
        events.Commit(sequence, length, command.ReplyToken);
        _next += command.SlotCount;
        if (!ContinueWork(timeUs, command.ReplyToken))
        {
            return false;
        }

        if (!ReferenceEquals(engine.LastInternalError, _lastInternalError))
        {
            ReportInternalError();
        }

        return true;
    }

    /// <summary>Executes the command at <see cref="_next"/>, which has failed before it changed anything, as the reject that it is.</summary>
    /// <exception cref="PoisonedCommandException">It failed while it changed the state.</exception>
    private bool RejectFailed(Exception failure, long timeUs)
    {
        ref var command = ref commands[_next];
        var record = events.Reserve(engine.MaxRecordLength);
        if (record.IsEmpty)
        {
            return false;
        }

        var sequence = events.NextSequence;
        events.Commit(sequence, engine.RejectFailed(failure, ref command, [], sequence, timeUs, record), command.ReplyToken);
        _next += command.SlotCount;
        ReportInternalError();
        return true;
    }

    /// <summary>
    /// Tells the engine which commands it may expect: a group for each one executed, as many groups as it looks ahead at first. Returns the slots that may
    /// be executed before the next look.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int LookAhead(long next, long available)
    {
        if (_expected < next)
        {
            engine.ForgetExpected();
            _expected = next;
        }

        do
        {
            for (var left = LookAheadLength; left > 0 && _expected <= available; left--)
            {
                ref readonly var command = ref commands[_expected];
                engine.Expect(in command);
                _expected += command.SlotCount;
            }

            engine.AdvanceLookAhead();
        }
        while (_expected <= available && _expected < next + MatchingEngine<TRisk, TLedger>.LookAheadDistance);
        return LookAheadLength;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> ReadPayload(long position) => _payload.AsSpan(0, commands.ReadPayload(position, _payload));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReportInternalError()
    {
        _lastInternalError = engine.LastInternalError;
        onInternalError(events.NextSequence - 1, _lastInternalError!);
    }

    /// <summary>
    /// Finishes what the last process left between two records of one command. Why it may be given up instead: if continuing it broke
    /// that process, it would break this one too, and every one after it.
    /// </summary>
    /// <param name="timeUs">That of the command: all trades of one taker share their time, whatever happened between them.</param>
    private bool FinishLeftoverWork(long timeUs)
    {
        var finishes = true;
        Planted.Let(PlantedBug.LeftoverWorkForgotten, ref finishes, false);
        if (!finishes)
        {
            return true;
        }

        var brokeBefore = engine.HasPendingWork && pendingQuarantines.Any(quarantined => quarantined.AccountId == engine.PendingAccountId);
        var isFinished = brokeBefore ? Own(timeUs, CommandSlot.NoReply, isAbandoned: true) : ContinueWork(timeUs, CommandSlot.NoReply);
        events.Publish();
        return isFinished;
    }

    private bool ContinueWork(long timeUs, int replyToken)
    {
        while (engine.HasPendingWork)
        {
            if (!Own(timeUs, replyToken, isAbandoned: false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Executes one of the engine's own commands about pending work; false when the event ring has been stopped.</summary>
    private bool Own(long timeUs, int replyToken, bool isAbandoned)
    {
        var record = events.Reserve(engine.MaxRecordLength);
        if (record.IsEmpty)
        {
            return false;
        }

        var sequence = events.NextSequence;
        var length = isAbandoned
            ? engine.AbandonPending(sequence, timeUs, record)
            : engine.ExecutePending(sequence, timeUs, record);
        events.Commit(sequence, length, replyToken);
        return true;
    }

    /// <summary>The commands before the failed one are whole: they still become durable. The failed one leaves only its file.</summary>
    private void LeaveQuarantine(PoisonedCommandException poison)
    {
        events.Rewind();
        events.Publish();
        quarantine.Write(poison);
    }
}
