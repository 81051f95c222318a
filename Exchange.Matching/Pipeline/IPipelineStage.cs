namespace Exchange.Matching.Pipeline;

/// <summary>
/// One stage of the pipeline. Live, a thread of its own calls <see cref="Run"/>; a simulation calls <see cref="Step"/> instead and so chooses
/// the interleaving itself. Both do the same work in the same code: they differ only in who waits.
/// </summary>
internal interface IPipelineStage
{
    /// <summary>Runs until the stage's source is alerted and empty.</summary>
    void Run();

    /// <summary>Does what can be done now; never waits for another stage.</summary>
    StageProgress Step();
}

/// <summary>What a step came to.</summary>
internal enum StageProgress
{
    /// <summary>Nothing to do yet.</summary>
    Idle,

    Worked,

    /// <summary>The source is alerted and empty: the stage has nothing to do any more.</summary>
    Ended,
}
