namespace Exchange.Benchmarks;

/// <summary>Finds the command that the arguments name and runs it.</summary>
internal static class BenchmarkProgram
{
    private static readonly BenchmarkCommand[] Commands =
    [
        CoreCommand.Command, ReplayCommand.Command, JournalCommand.Command, RecoveryCommand.Command, HistoryCommand.Command, ReplicateCommand.Command,
        SuitesCommand.Command,
    ];

    /// <summary>Returns the process's exit code. Results go to <paramref name="output"/>, progress and complaints to <paramref name="error"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        if (arguments is [] or ["--help" or "-h" or "help"])
        {
            WriteUsage(arguments.Length == 0 ? error : output, Commands);
            return arguments.Length == 0 ? ExitCode.Usage : ExitCode.Success;
        }

        var command = Array.Find(Commands, candidate => candidate.Name == arguments[0]);
        if (command is null)
        {
            error.WriteLine($"unknown command '{arguments[0]}'");
            WriteUsage(error, Commands);
            return ExitCode.Usage;
        }

        var rest = arguments[1..];
        if (rest.Contains("--help") || rest.Contains("-h"))
        {
            WriteUsage(output, [command]);
            return ExitCode.Success;
        }

        try
        {
            return await command.RunAsync(rest, output, error).ConfigureAwait(false);
        }
        catch (UsageException wrong)
        {
            error.WriteLine($"{command.Name}: {wrong.Message}");
            WriteUsage(error, [command]);
            return ExitCode.Usage;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or HttpRequestException or TimeoutException)
        {
            error.WriteLine($"{command.Name} failed: {failure.Message}{(failure.InnerException is { } cause ? $": {cause.Message}" : "")}");
            return ExitCode.Mismatch;
        }
    }

    private static void WriteUsage(TextWriter writer, IEnumerable<BenchmarkCommand> commands)
    {
        writer.WriteLine("usage: dotnet run -c Release --project Exchange.Benchmarks -- <command> [arguments] | --help");
        foreach (var command in commands)
        {
            writer.WriteLine();
            writer.WriteLine($"  {command.Name} {command.Usage}");
            foreach (var line in command.Help)
            {
                writer.WriteLine($"      {line}");
            }
        }

        writer.WriteLine();
        writer.WriteLine($"exit code: {ExitCode.Success} as expected, {ExitCode.Mismatch} a mismatch or failure, {ExitCode.Usage} wrong arguments");
    }
}
