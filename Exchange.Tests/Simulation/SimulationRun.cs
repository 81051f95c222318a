using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// One seed, from an empty disk to the last check; one thread, no real time. The seed draws a <see cref="SimulationPlan"/>, then the interleaving, the
/// faults and the ends; the same seed does the same every time.
/// <code>
///   recover ─► start ─► clients, engine, journal, publisher, clock in any order ─► end: power lost, killed, or failed
///      ▲                                                                              │
///      └──────────────────── what is on disk now, compared with all that was seen ◄───┘
///   behind the last end: no faults any more, and the exchange must take orders within a second (liveness)
/// </code>
/// </summary>
internal sealed class SimulationRun
{
    private const long SecondUs = 1_000_000;
    private const int StepsOfLivenessMax = 100_000;
    private const int TurnsOfLifeMax = 1_000_000;

    private readonly SimulationPlan _plan;
    private readonly Action<string> _trace;
    private readonly SplitMix64 _random;
    private readonly ManualClock _clock = new();
    private readonly FaultPlan _poison = new();
    private readonly SimulationDisk _disk;
    private readonly SimulationHistory _history;
    private readonly SimulatedClients _clients;
    private readonly SimulatedSurroundings _surroundings;
    private long _epoch = 1;
    private int _poisonings;
    private int _owedQuarantine;
    private bool _isRefusedForGood;
    private bool _lastEndLostPower;

    /// <summary>Whether commands are executed for the first time: what poisons then did no harm in what is replayed.</summary>
    private bool _isLive;

    private SimulationRun(SimulationPlan plan, (long Operation, DiskFault Fault) script, Action<string>? trace)
    {
        _plan = plan;
        var seed = plan.Seed;
        _trace = trace ?? (_ => { });
        _random = new SplitMix64(seed * 0x9E37_79B9 + 1);
        _disk = new SimulationDisk(_plan, _clock, new SplitMix64(seed * 0x9E37_79B9 + 2), _trace) { Script = script };
        _surroundings = new SimulatedSurroundings(_plan, new SplitMix64(seed * 0x9E37_79B9 + 4));
        _history = new SimulationHistory(_plan.Genesis, (command, outcome) => _clients!.OnOutcome(command, outcome));
        _clients = new SimulatedClients(_plan, _history, new SplitMix64(seed * 0x9E37_79B9 + 3), _trace);
    }

    /// <summary>Runs one seed.</summary>
    /// <param name="trace">Receives one line per thing that happens; null for none.</param>
    /// <exception cref="SimulationFailedException">The exchange broke a promise.</exception>
    public static SimulationReport Run(ulong seed, Action<string>? trace = null) => Run(SimulationPlan.Draw(seed), default, trace);

    /// <summary>Runs a plan, with one fault more at one disk operation.</summary>
    public static SimulationReport Run(SimulationPlan plan, (long Operation, DiskFault Fault) script, Action<string>? trace = null)
    {
        // Why: with a context that is not the default one, a continuation of the start would go on in another thread, at any time.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var run = new SimulationRun(plan, script, trace);
        run._trace(run._plan.ToString());
        try
        {
            return run.Run();
        }
        catch (Exception failure)
        {
            throw new SimulationFailedException(run._plan, failure);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private SimulationReport Run()
    {
        _disk.Install();
        if (_plan.PoisonousAccount != 0)
        {
            _poison.BreaksHoldOf = account => _isLive && account == _plan.PoisonousAccount && _poisonings < 2;
        }

        for (var life = 0; life < _plan.Crashes && !_isRefusedForGood; life++)
        {
            Live(life);
        }

        if (!_isRefusedForGood)
        {
            ProveLiveness();
        }

        if (!_isRefusedForGood && _plan.DamagesFiles)
        {
            _disk.Count(DamageTrial.Run(_disk.Disk, new DamageTruth(_history.AllRecords(), () => new BareExchange(new RecordWitness(null))), _random));
        }

        return new SimulationReport(_clients.Submitted, _clients.Answered, _clients.Resubmitted, _history.LastSequence, _disk.Operations, _disk.Counts);
    }

    private void Live(int life)
    {
        var until = _plan.Commands * (life + 1) / _plan.Crashes - (int)_random.Between(0, _plan.Commands / _plan.Crashes / 2);
        if (life < _plan.Crashes - 1 && _random.Chance(25))
        {
            // In the middle of recovery or start, or soon behind them.
            _disk.EndAfter(_random.Below(40));
        }

        using (var process = NewProcess())
        {
            if (TryBegin(process, life))
            {
                Trade(process, until);
            }
        }

        End();
    }

    /// <summary>Recovers and starts; false when something of the plan came between.</summary>
    private bool TryBegin(SimulatedProcess process, int life)
    {
        _trace($"life {life}: recover");
        if (ReadDisk() is not { } records)
        {
            RequireRefusal(process);
            return false;
        }

        try
        {
            var end = process.Recover();
            _trace($"life {life}: recovered to sequence {end.NextSequence - 1}{(end.IsTorn ? ", torn" : "")}");
        }
        catch (Exception refusal) when (_disk.Disk.HasLied && refusal is JournalDamagedException or SnapshotDamagedException)
        {
            // A snapshot lies beyond what the disk kept of the journal.
            _disk.Count("lie: start refused for good");
            _trace($"life {life}: {refusal.Message}");
            _isRefusedForGood = true;
            return false;
        }
        catch (Exception refused) when (refused is PowerLostException or StorageException)
        {
            _disk.Count("start: refused or cut short");
            _trace($"life {life}: {refused.Message}");
            return false;
        }

        if (_disk.Disk.HasLostPower)
        {
            // The preparation of the next segment met it; it tells at the next commit, of which there will be none.
            _disk.Count("start: refused or cut short");
            return false;
        }

        TakeRecovered(records);
        RequireRecovered(process);
        if (records.First > 1)
        {
            _disk.Count("start: from a snapshot, first segments deleted");
        }

        _isLive = true;
        var start = process.Start();
        if (!start.IsCompletedSuccessfully)
        {
            NotePoison(process);
            if (start.Exception?.InnerException is InvalidDataException && _disk.Counts.ContainsKey("Sync: Lie"))
            {
                // A quarantine file that the disk promised is not whole: only a person can say whose command it was.
                _disk.Count("lie: start refused for good");
                _isRefusedForGood = true;
                return false;
            }

            SimulationHistory.Require(
                process.Failure is not null || _disk.Disk.HasLostPower || start.Exception?.InnerException is StorageException or PowerLostException,
                $"the start ended for no reason of the simulation: {start.Exception}");
            _disk.Count("start: refused or cut short");
            return false;
        }

        SimulationHistory.Require(
            _owedQuarantine == 0 || _history.LastQuarantined == _owedQuarantine,
            $"the exchange is open again, and account {_owedQuarantine}, whose command broke it, is not restricted");
        _owedQuarantine = 0;
        _clients.Reconcile(process.Exchange.Orders, process.Gateway);
        return true;
    }

    /// <summary>Reads the disk with nobody's help and compares it with all that was seen; null when it is damaged, which only a lie excuses.</summary>
    private JournalContent? ReadDisk()
    {
        try
        {
            var records = _disk.Undisturbed(() => JournalContent.Read(_disk.Disk));
            _history.RequireKept(records, mayBeShorter: _disk.Disk.HasLied);
            return records;
        }
        catch (JournalDamagedException damage) when (_disk.Disk.HasLied)
        {
            _trace($"damaged, after a lie: {damage.Message}");
            _disk.Count("lie: start refused for good");
            return null;
        }
    }

    /// <summary>
    /// The start goes on from what it read, so that counts as seen from here on. Not earlier: what only the page cache of a killed process holds is on
    /// disk when the journal has been opened.
    /// </summary>
    private void TakeRecovered(JournalContent records)
    {
        if (records.Last < _history.LastSequence)
        {
            _disk.Count("lie: promised records gone from the end");
        }

        _clients.OnRecovered(_history.OnRecovered(records, mayBeShorter: _disk.Disk.HasLied));
        _surroundings.OnRecovered(_history.LastSequence);
        if (_lastEndLostPower)
        {
            _disk.Disk.ForgetLies();
        }
    }

    /// <summary>
    /// The journal is damaged, after a lie: a start refuses it and changes nothing, or a snapshot spares it the damaged part, and it comes to a state
    /// that once was.
    /// </summary>
    private void RequireRefusal(SimulatedProcess process)
    {
        var before = _disk.Disk.Contents();
        _isRefusedForGood = true;
        if (_disk.Undisturbed(() => TryRecover(process)))
        {
            SimulationHistory.Require(_plan.TakesSnapshots, "the journal is damaged, and the start does not refuse it");
            if (process.PublishedSequence <= _history.LastSequence)
            {
                _history.CutTo((int)process.PublishedSequence);
                SimulationHistory.Require(
                    _history.IsInsideCommand || process.FirstDifference() is null, "the start from a damaged journal comes to a state that never was");
            }

            return;
        }

        SimulationHistory.Require(Same(before, _disk.Disk.Contents()), "a refused start has changed files");
    }

    private static bool TryRecover(SimulatedProcess process)
    {
        try
        {
            process.Recover();
            return true;
        }
        catch (Exception refusal) when (refusal is JournalDamagedException or ReplayMismatchException or SnapshotDamagedException)
        {
            return false;
        }
    }

    private void RequireRecovered(SimulatedProcess process)
    {
        SimulationHistory.Require(
            process.PublishedSequence == _history.LastSequence,
            $"recovered to sequence {process.PublishedSequence}, the journal ends at {_history.LastSequence}");
        if (!_history.IsInsideCommand && !_history.HasAbandoned && process.FirstDifference() is { } difference)
        {
            throw new SimulationFailure($"the recovered state is not the reference's: {difference}");
        }

        if (_random.Chance(30))
        {
            _disk.Undisturbed(() =>
            {
                SecondRecovery.RequireSame(_disk.Disk, process.StateHash);
                return true;
            });
        }
    }

    private void Trade(SimulatedProcess process, int until)
    {
        var weights = _plan.Weights;
        var all = weights.Sum();
        for (var turn = 0; !process.HasEnded && !_disk.Disk.HasLostPower; turn++)
        {
            SimulationHistory.Require(turn < TurnsOfLifeMax, "the exchange does not go on: nothing reaches the disk any more");
            if (_clients.Submitted >= until)
            {
                _disk.EndAfter(_random.Below(12));
                until = int.MaxValue;
            }

            var choice = _random.Below(all);
            if ((choice -= weights[0]) < 0)
            {
                _clients.TrySubmit(process.Gateway);
            }
            else if ((choice -= weights[1]) < 0)
            {
                process.StepEngine();
            }
            else if ((choice -= weights[2]) < 0)
            {
                process.StepJournal();
            }
            else if ((choice -= weights[3]) < 0)
            {
                process.StepPublisher();
            }
            else
            {
                TurnClock(process);
            }

            _clients.Hear();
        }

        NotePoison(process);
        SimulationHistory.Require(!process.HasEnded || process.Failure is not null, "the pipeline ended by itself, without a failure");
    }

    private void TurnClock(SimulatedProcess process)
    {
        if (!_random.Chance(_plan.ClockFreezePercent))
        {
            _clock.Pass(_random.Between(1, _random.Chance(5) ? 400 * SecondUs : 20_000));
        }

        if (_random.Below(1_000) < _plan.ClockJumpPermille)
        {
            var jump = _random.Between(-3_600 * SecondUs, 3_600 * SecondUs);
            _clock.JumpWall(jump);
            _disk.Count("clock jump");
            _trace($"clock: wall jumps by {jump / SecondUs} s");
        }

        if (_random.Chance(10))
        {
            _disk.FreeSpace();
        }

        process.Watch();
        _surroundings.Follow(process.PublishedSequence);
        if (_plan.TakesSnapshots && _random.Chance(30))
        {
            process.KeepHouse();
        }
    }

    private void NotePoison(SimulatedProcess process)
    {
        if (process.Failure is PoisonedCommandException poison)
        {
            _poisonings++;
            _disk.Count("poisoned command");
            _owedQuarantine = poison.AccountId;
            if (_poisonings >= 2)
            {
                _clients.SendNext(new GeneratedQuarantine(0, new QuarantineCommand(poison.Sequence, poison.AccountId, poison.SymbolId), CancelOnly: false));
            }
        }
    }

    private void End()
    {
        _isLive = false;
        _clients.OnEnd();
        _disk.EndAfter(-1);
        _clock.Pass(_random.Between(0, 10 * SecondUs));
        _lastEndLostPower = _random.Chance(_plan.PowerLossPercent);
        if (_lastEndLostPower)
        {
            _disk.Count("end: power lost");
            _disk.Disk.Crash((int)_random.Next());
            _surroundings.Crash((int)_random.Next());
            if (_disk.Disk.HasLied)
            {
                _owedQuarantine = 0;
            }
        }
        else
        {
            _disk.Count("end: killed");
            _disk.Disk.Kill();
        }

        _trace("end of life");
    }

    /// <summary>No faults from here on: the exchange must come up, answer an order within a second, stop in good order, and come up the same.</summary>
    private void ProveLiveness()
    {
        _disk.IsFaulty = false;
        _disk.FreeSpace();
        _poisonings = int.MaxValue;
        using (var process = NewProcess())
        {
            SimulationHistory.Require(TryBegin(process, _plan.Crashes) || _isRefusedForGood, "without faults the start fails");
            if (_isRefusedForGood)
            {
                return;
            }

            RequireAnswerWithinASecond(process);
            process.Stop();
            SimulationHistory.Require(process.HasEnded && process.Failure is null, $"the stop failed: {process.Failure}");
            RequireRecoveredAgain();
        }
    }

    private void RequireAnswerWithinASecond(SimulatedProcess process)
    {
        var order = new GeneratedTrading(0, CommandSlots.Limit(accountId: 1, Matching.Types.Side.Buy, price: 1_000_000, quantity: 40_000));
        var answered = _clients.Answered;
        _clients.SendNext(order);
        var deadlineUs = _clock.MonotonicUs + SecondUs;
        for (var step = 0; _clients.Answered == answered || !_clients.IsQuiet; step++)
        {
            SimulationHistory.Require(_clock.MonotonicUs <= deadlineUs || _clients.Answered > answered, "no order was answered within a second of virtual time");
            SimulationHistory.Require(step < StepsOfLivenessMax && !process.HasEnded, $"the exchange does not go on: {process.Failure}");
            if (!_clients.IsQuiet)
            {
                _clients.TrySubmitPending(process.Gateway);
            }

            process.StepAny();
            _clients.Hear();
            _clock.Pass(10);
        }
    }

    private void RequireRecoveredAgain()
    {
        _disk.Disk.Kill();
        _disk.Disk.ForgetLies();
        var records = ReadDisk();
        SimulationHistory.Require(records is not null, "the journal of a stopped exchange is damaged");
        using var last = NewProcess();
        last.Recover();
        TakeRecovered(records!);
        RequireRecovered(last);
        _surroundings.RequireWholeHistory(_disk.Disk, _history.AllRecords());
    }

    /// <summary>A process of the leadership before, or of a new one.</summary>
    private SimulatedProcess NewProcess()
    {
        _epoch += _random.Chance(30) ? 1 : 0;
        return new SimulatedProcess(_plan, _epoch, _surroundings, _history, _disk, _clock, _poison, _random, _trace);
    }

    private static bool Same(SortedDictionary<string, byte[]> one, SortedDictionary<string, byte[]> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => pair.First.Key == pair.Second.Key && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value));
}
