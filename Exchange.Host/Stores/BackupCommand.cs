using Exchange.Host.Composition;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Stores;

/// <summary>
/// <c>Exchange.Host backup DIRECTORY</c>: copies a data directory, also while its exchange runs; options as for the host. The copy starts by itself. Stores are
/// not copied (<c>rebuild</c> makes them anew), nor is a key file that lies elsewhere.
/// </summary>
internal static class BackupCommand
{
    public static bool IsAsked(string[] args) => args is ["backup", ..];

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is not [_, var target, .. var options] || target.StartsWith('-'))
        {
            errors.WriteLine("usage: Exchange.Host backup DIRECTORY [--Exchange:DataDirectory=…]");
            return StoreCommand.UsageExitCode;
        }

        try
        {
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = options, ContentRootPath = AppContext.BaseDirectory });
            builder.AddExchangeOptions();
            using var services = builder.Services.BuildServiceProvider();
            var directory = Path.GetFullPath(services.GetRequiredService<IOptions<ExchangeOptions>>().Value.DataDirectory);
            if (!Directory.Exists(directory))
            {
                throw new DirectoryNotFoundException($"there is no data directory '{directory}'");
            }

            var copy = Path.GetFullPath(target);
            var source = new FileStorage(directory, JournalSyncMethod.Fdatasync, output.WriteLine);
            var sequence = DirectoryBackup.Run(source, new FileStorage(copy, JournalSyncMethod.Fdatasync, output.WriteLine));
            CopyKeys(directory, copy);
            output.WriteLine($"copied {directory} to {copy}, up to sequence {sequence}");
            return 0;
        }
        catch (Exception refused) when (refused is ArgumentException or IOException or JournalDamagedException)
        {
            errors.WriteLine($"backup {target}: {refused.Message}");
            return ExchangeService.FailureExitCode;
        }
        catch (Exception refused) when (RefusedStart.Explain(refused) is { } explanation)
        {
            errors.WriteLine(explanation);
            return RefusedStart.ExitCode;
        }
    }

    /// <summary>A sandbox keeps its generated keys beside the journal: without them nobody could use its accounts. Modes are kept.</summary>
    private static void CopyKeys(string directory, string copy)
    {
        foreach (var name in (string[])[Security.SecretProtector.GeneratedName, Sandbox.SandboxSeed.KeyFile])
        {
            if (File.Exists(Path.Combine(directory, name)))
            {
                File.Copy(Path.Combine(directory, name), Path.Combine(copy, name));
            }
        }
    }
}
