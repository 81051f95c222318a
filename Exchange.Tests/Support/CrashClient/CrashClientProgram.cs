using System.Text.Json;

namespace Exchange.Tests.Support.CrashClient;

/// <summary>
/// Trades as fast as answers come, on many connections, until every connection has failed, and keeps a ledger of its own
/// (<see cref="LedgerWriter"/>) of what it has sent and what it was answered. It runs as a process of its own, beside the exchange and the
/// test that kills the exchange.
/// </summary>
internal static class CrashClientProgram
{
    public const string Command = "crash-client";

    /// <summary>Printed when the first request was answered with success.</summary>
    public const string FirstLine = "first acknowledgement";

    /// <summary>Printed when <see cref="CrashClientSettings.AnnounceAt"/> requests were answered.</summary>
    public const string EnoughLine = "enough acknowledgements";

    /// <summary>Returns 0 when all connections have failed; any other failure ends the process with its exception.</summary>
    /// <param name="args">The path of a file that holds <see cref="CrashClientSettings"/> as JSON.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var settings = JsonSerializer.Deserialize<CrashClientSettings>(await File.ReadAllTextAsync(args[0]))!;
        using var ledger = new LedgerWriter(settings.LedgerPath);
        var answers = 0;

        void Answered(TradingAnswer answer)
        {
            if (!answer.IsOk)
            {
                return;
            }

            var count = Interlocked.Increment(ref answers);
            if (count == 1)
            {
                Console.Out.WriteLine(FirstLine);
            }

            if (count == settings.AnnounceAt)
            {
                Console.Out.WriteLine(EnoughLine);
            }
        }

        var workers = Enumerable.Range(0, settings.Connections).Select(index => new CrashWorker(settings, index, ledger, Answered).RunAsync());
        await Task.WhenAll(workers);
        Console.Out.WriteLine($"{answers} acknowledgements");
        return 0;
    }
}
