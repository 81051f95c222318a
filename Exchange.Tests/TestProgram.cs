using Exchange.Tests.Support.CrashClient;

namespace Exchange.Tests;

/// <summary>
/// The entry of the test assembly when it runs as a process of its own: `dotnet Exchange.Tests.dll COMMAND …`.
/// The test runner loads the assembly and never comes here.
/// </summary>
public static class TestProgram
{
    private const int UsageExitCode = 64;

    public static async Task<int> Main(string[] args)
    {
        if (args is [CrashClientProgram.Command, .. var rest])
        {
            return await CrashClientProgram.RunAsync(rest);
        }

        await Console.Error.WriteLineAsync($"usage: dotnet Exchange.Tests.dll {CrashClientProgram.Command} SETTINGS-FILE; tests run with 'dotnet test'");
        return UsageExitCode;
    }
}
