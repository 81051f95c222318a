using Exchange.Accounts;
using Exchange.Benchmarks.History;
using Exchange.Benchmarks.Outage;
using Exchange.Benchmarks.Replicate;
using Exchange.Benchmarks.Workloads;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Risk;

namespace Exchange.Benchmarks;

/// <summary>`replicate`: how fast each store follows a journal on this machine.</summary>
internal static class ReplicateCommand
{
    private const string CommandsOption = "--commands";
    private const string DirectoryOption = "--directory";
    private const int DefaultCommands = 500_000;

    /// <summary>Orders come and go within a batch: nearly all rows are new.</summary>
    private const int ShortRest = 1_000;

    /// <summary>An order's end comes some batches behind its begin: stored orders are changed, over the accounts of all.</summary>
    private const int LongRest = 100_000;

    private static readonly Dictionary<string, Func<string, IReplicateTarget>> Targets = new()
    {
        ["sqlite"] = directory => new SqlTarget("sqlite", directory),
        ["postgres"] = directory => new SqlTarget("postgres", directory),
        ["sqlite-append"] = directory => new SqlTarget("sqlite", directory, appendsOnly: true),
        ["postgres-append"] = directory => new SqlTarget("postgres", directory, appendsOnly: true),
        ["sqs"] = EventsTarget.Sqs,
        ["kinesis"] = EventsTarget.Kinesis,
        ["dynamodb"] = directory => new DynamoDbTarget(directory),
        ["redis"] = directory => new RedisTarget(directory),
    };

    public static BenchmarkCommand Command { get; } = new(
        "replicate",
        $"STORE... [{CommandsOption} N] [{DirectoryOption} DIR] | {OutageCommand.Usage}",
        [
            $"Writes two journals, of orders that rest shortly and long, and has each store ({string.Join(", ", Targets.Keys)}) follow them from the begin.",
            $"{CommandsOption} N     commands of each journal, 1000 to 100000000, default {DefaultCommands}",
            $"{DirectoryOption} DIR  for the journal and a store that is a file, default ./artifacts; what is written there is deleted again",
            HistoryDatabase.ConnectionHelp,
            $"{RedisTarget.ConnectionVariable} names the Redis server, for example 127.0.0.1:6379; {EventsTarget.SqsVariable}, {EventsTarget.KinesisVariable} and {DynamoDbTarget.UrlVariable} the emulators",
            "sqlite-append and postgres-append write what is only ever added: no orders, balances and candles",
            .. OutageCommand.Help,
        ],
        (arguments, output, error) => arguments.Contains(OutageCommand.Flag)
            ? OutageCommand.RunAsync([.. arguments.Where(argument => argument != OutageCommand.Flag)], output, error)
            : Task.FromResult(Run(arguments, output, error)));

    private static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var list = new ArgumentList(arguments, CommandsOption, DirectoryOption);
        if (list.Values.Count == 0)
        {
            throw new UsageException("name at least one store");
        }

        if (list.Values.FirstOrDefault(store => !Targets.ContainsKey(store)) is { } unknown)
        {
            throw new UsageException($"no store '{unknown}'");
        }

        var commands = list.Number(CommandsOption, DefaultCommands, least: 1_000, most: 100_000_000);
        var directory = Path.Combine(Path.GetFullPath(list.Text(DirectoryOption) ?? "artifacts"), $"replicate-{Environment.ProcessId}");
        try
        {
            foreach (var (shape, resting) in new[] { ("orders rest shortly", ShortRest), ("orders rest long", LongRest) })
            {
                error.WriteLine($"{shape}: writing {commands} commands");
                var journal = new FileStorage(Path.Combine(directory, $"{resting}"), JournalSyncMethod.Fdatasync, error.WriteLine);
                OrderFlowJournal.Write(
                    journal, new ExchangeParts<RiskPort, LedgerPort>(new RiskPort(new RiskState()), new LedgerPort(new Ledger()), []), commands, resting);
                foreach (var store in list.Values)
                {
                    using var target = Targets[store](directory);
                    var run = ReplicateRun.Of(target, journal);
                    output.WriteLine($"{store}, {shape}: {run}{run.Of(target.UnitsPerSecondAtMost())}");
                }
            }

            return ExitCode.Success;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
