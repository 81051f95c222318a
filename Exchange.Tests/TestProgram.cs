using Exchange.Tests.Simulation;
using Exchange.Tests.Support.CrashClient;
using Exchange.Tests.Support.CrashReplicator;
using Exchange.Tests.Support.Determinism;
using Exchange.Tests.Support.Golden;

namespace Exchange.Tests;

/// <summary>
/// The entry of the test assembly when it runs as a process of its own: `dotnet run -c Release --project Exchange.Tests -- COMMAND …`.
/// The test runner loads the assembly and never comes here.
/// </summary>
public static class TestProgram
{
    private const int UsageExitCode = 64;

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [CrashClientProgram.Command, .. var rest]:
                return await CrashClientProgram.RunAsync(rest);
            case [SimulationCommand.Name, .. var rest]:
                return SimulationCommand.Run(rest);
            case [CrashReplicatorProgram.Command, .. var rest]:
                return CrashReplicatorProgram.Run(rest);
            case [CrashSenderProgram.Command, .. var rest]:
                return CrashSenderProgram.Run(rest);
            case [CorruptionCommand.Name, .. var rest]:
                return CorruptionCommand.Run(rest);
            case [PlantedCommand.Name, .. var rest]:
                return PlantedCommand.Run(rest);
            case [DeterminismProgram.Command, .. var rest]:
                return DeterminismProgram.Run(rest);
            case [GoldenData.Command]:
                GoldenData.Write();
                return 0;
            default:
                await Console.Error.WriteLineAsync(
                    $"usage: {CrashClientProgram.Command} SETTINGS-FILE | {SimulationCommand.Usage} | {CorruptionCommand.Usage} | {PlantedCommand.Usage} | "
                    + $"{DeterminismProgram.Command} {DeterminismProgram.Usage} | {CrashReplicatorProgram.Command} {CrashReplicatorProgram.Usage} | "
                    + $"{CrashSenderProgram.Command} {CrashSenderProgram.Usage} | {GoldenData.Command}; tests run with 'dotnet test'");
                return UsageExitCode;
        }
    }
}
