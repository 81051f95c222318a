using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>Recovers the same files once more, then through the content of a snapshot: all must come to the same.</summary>
internal static class SecondRecovery
{
    public static void RequireSame(FaultyDisk disk, ulong stateHash)
    {
        using var again = new BareExchange(new RecordWitness(null));
        again.Recover(disk);
        SimulationHistory.Require(again.Engine.ComputeStateHash() == stateHash, "a second recovery of the same files comes to another state");

        using var loaded = new BareExchange(new RecordWitness(null));
        loaded.LoadSnapshot(again.SaveSnapshot(), again.Sequence);
        SimulationHistory.Require(loaded.Engine.ComputeStateHash() == stateHash, "the content of a snapshot comes to another state");
        SimulationHistory.Require(loaded.ViewsText() == again.ViewsText(), "the content of a snapshot comes to other views");
        SimulationHistory.Require(loaded.Engine.FindInconsistency() is null, $"the content of a snapshot contradicts itself: {loaded.Engine.FindInconsistency()}");
    }
}
