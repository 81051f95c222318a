using System.Data.Common;
using Exchange.Host.Composition;
using Exchange.MarketData;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Views;
using Exchange.Replication;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Stores;

/// <summary>
/// <c>Exchange.Host rebuild STORE</c> and <c>Exchange.Host verify STORE</c>: on a data directory whose exchange is stopped; options as for the host.
/// Rebuild makes a store anew from the journal; verify compares its content with what the journal says. <c>verify archive</c> reads the archive whole.
/// </summary>
internal static class StoreCommand
{
    /// <summary>Verify found rows that differ.</summary>
    public const int DifferentExitCode = 1;

    /// <summary>Wrong words (sysexits: EX_USAGE).</summary>
    public const int UsageExitCode = 64;

    public static bool IsAsked(string[] args) => args is ["rebuild" or "verify", ..];

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is not [var verb, var store, .. var options] || store.StartsWith('-'))
        {
            errors.WriteLine("usage: Exchange.Host rebuild|verify STORE [--Exchange:DataDirectory=…]");
            return UsageExitCode;
        }

        try
        {
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = options, ContentRootPath = AppContext.BaseDirectory });
            builder.AddExchangeOptions();
            builder.Services.AddSingleton<SymbolDirectory>();
            builder.Services.AddMarketDataModule(builder.Configuration);
            builder.Services.AddReplicationModule(builder.Configuration, _ => () => 0);
            using var services = builder.Services.BuildServiceProvider();
            services.GetRequiredService<IStartupValidator>().Validate();
            return Run(
                verb, store, Path.GetFullPath(services.GetRequiredService<IOptions<ExchangeOptions>>().Value.DataDirectory),
                services.GetRequiredService<IReplicationModule>(), output);
        }
        catch (Exception refused) when (refused is RebuildNeededException or ArgumentException or IOException or JournalDamagedException or DbException)
        {
            errors.WriteLine($"{verb} {store}: {refused.Message}");
            return ExchangeService.FailureExitCode;
        }
        catch (Exception refused) when (RefusedStart.Explain(refused) is { } explanation)
        {
            errors.WriteLine(explanation);
            return RefusedStart.ExitCode;
        }
    }

    private static int Run(string verb, string store, string directory, IReplicationModule replication, TextWriter output)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"there is no data directory '{directory}'");
        }

        using var directoryLock = DirectoryLock.Acquire(directory, SystemClock.Instance);
        var storage = new FileStorage(directory, JournalSyncMethod.Fdatasync, output.WriteLine);
        var end = FindEnd(storage);
        if (verb == "rebuild")
        {
            var sequence = replication.Rebuild(store, storage, end);
            output.WriteLine(sequence == end
                ? $"rebuilt {store} to sequence {sequence} of {end}"
                : $"{store} stands at sequence {sequence} of {end} now: the next start goes on from there");
            return 0;
        }

        var verification = replication.Verify(store, storage, end);
        foreach (var difference in verification.Differences)
        {
            output.WriteLine(difference);
        }

        output.WriteLine(verification.Differences.Count == 0
            ? $"{store} at sequence {verification.Sequence} of {end} equals the journal{(verification.Limit is { } limit ? $" ({limit})" : "")}"
            : $"{store} at sequence {verification.Sequence} of {end} differs from the journal{(store == "archive" ? "" : $"; run 'rebuild {store}'")}");
        return verification.Differences.Count == 0 ? 0 : DifferentExitCode;
    }

    /// <summary>Reads the whole journal, which checks it, too, and makes its end durable: no store gets what a power loss could still take away.</summary>
    private static long FindEnd(FileStorage storage)
    {
        using var reader = new JournalReader(storage, JournalReader.FirstSequence(storage) ?? 1);
        while (reader.TryReadGroup(out _))
        {
        }

        JournalTail.Sync(storage, reader.End);
        return reader.End.NextSequence - 1;
    }
}
