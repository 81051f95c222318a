using Exchange.Matching.Engine;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The pipeline without threads (<see cref="PipelineOptions.IsStepped"/>): a simulation runs the stages and the watch itself, on one thread, in
/// an order of its own choice. Start, failure and end go the same way as with threads.
/// </summary>
public sealed partial class ExchangePipeline<TRisk, TLedger>
{
    private readonly List<SteppedStage> _steppedStages = [];

    /// <summary>Stages from the engine on, in the order of a command's way; filled by the start.</summary>
    internal int StageCount => _steppedStages.Count;

    internal string StageName(int stage) => _steppedStages[stage].Name;

    /// <summary>Most ring slots that one step of the engine takes.</summary>
    internal int EngineStepSlotCount
    {
        set => ((EngineLoop<TRisk, TLedger>)_steppedStages[0].Stage).StepSlotCount = value;
    }

    /// <summary>Looks for space on a full disk again, as the preparer's thread does; between steps of a journal that has not failed.</summary>
    internal void RetryPreparation() => _appender!.RetryPreparation();

    /// <summary>Lets the housekeeping look once: snapshot, archive, retention.</summary>
    internal void StepHousekeeping() => _housekeeper!.Look();

    /// <summary>Lets one stage do what it can without waiting.</summary>
    internal StageProgress Step(int stage)
    {
        var stepped = _steppedStages[stage];
        if (stepped.HasEnded)
        {
            return StageProgress.Ended;
        }

        var progress = StageProgress.Ended;
        try
        {
            progress = stepped.Stage.Step();
        }
        catch (Exception failure)
        {
            Fail(stepped.Name, failure);
        }

        if (progress == StageProgress.Ended)
        {
            stepped.HasEnded = true;
            stepped.OnEnd();
        }

        return progress;
    }

    /// <summary>The engine, to be inspected between steps.</summary>
    internal MatchingEngine<TRisk, TLedger> Engine => _engine;

    /// <summary>Lets go of files and memory without any of a stop's work: the process is dead. Nothing may be called any more.</summary>
    internal void Abandon()
    {
        _appender?.Dispose();
        _engine.Dispose();
    }

    private sealed class SteppedStage(string name, IPipelineStage stage, Action onEnd)
    {
        public string Name => name;

        public IPipelineStage Stage => stage;

        public Action OnEnd => onEnd;

        public bool HasEnded { get; set; }
    }
}
