using System.Text.Json;
using Exchange.Tests.Support;
using Exchange.Tests.Support.CrashClient;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>Accounts that a crash client trades with, and runs of that client until the host under it ends. One caller at a time.</summary>
internal sealed class CrashTrading
{
    public const int Accounts = 6;
    public const int Connections = 12;

    private static readonly Dictionary<string, decimal> DepositsPerAccount =
        new() { ["USDT"] = 50_000_000, ["BTC"] = 10_000, ["ETH"] = 10_000 };

    private readonly List<TradingAccount> _accounts = [];
    private int _runs;

    private CrashTrading()
    {
    }

    public IReadOnlyList<TradingAccount> Traders => _accounts;

    /// <summary>What all of them brought, by asset.</summary>
    public static IReadOnlyDictionary<string, decimal> Deposits { get; } =
        DepositsPerAccount.ToDictionary(deposit => deposit.Key, deposit => deposit.Value * Accounts);

    /// <summary>Opens the accounts at a running sandbox.</summary>
    public static async Task<CrashTrading> OpenAsync(string url)
    {
        var balances = string.Join(',', DepositsPerAccount.Select(deposit => $"\"{deposit.Key}\":\"{deposit.Value}\""));
        var trading = new CrashTrading();
        for (var i = 0; i < Accounts; i++)
        {
            trading._accounts.Add(await TradingClient.OpenAccountAsync(url, balances));
        }

        return trading;
    }

    /// <summary>Returns the ledger of a client that has traded until the host was ended under it.</summary>
    /// <param name="host">Running.</param>
    /// <param name="enough">Acknowledgements that there are at least before the end.</param>
    /// <param name="time">How long it trades at least. Tests vary the moment of the end by it; nothing waits for time to pass.</param>
    /// <param name="random">Of what the client does.</param>
    /// <param name="end">Ends the host; returns when it is gone.</param>
    public async Task<IReadOnlyList<LedgerRequest>> TradeUntilEndedAsync(
        HostProcess host, int enough, TimeSpan time, SplitMix64 random, Func<Task> end)
    {
        var folder = Directory.CreateTempSubdirectory("exchange-client-");
        try
        {
            var settings = new CrashClientSettings(
                host.Url, Path.Combine(folder.FullName, "ledger"), ++_runs, random.Next(), Connections, enough, _accounts);
            var file = Path.Combine(folder.FullName, "settings.json");
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
            await using var client = ChildProcess.Start(
                typeof(CrashTrading).Assembly.Location, [CrashClientProgram.Command, file], new Dictionary<string, string>());
            await client.WaitForOutputAsync(CrashClientProgram.FirstLine, HostProcess.Patience);
            await Task.Delay(time);
            await client.WaitForOutputAsync(CrashClientProgram.EnoughLine, HostProcess.Patience);
            await end();

            Assert.That(await client.WaitForExitAsync(HostProcess.Patience), Is.Zero, client.Output);
            return LedgerRequest.Read(settings.LedgerPath);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
