using System.Diagnostics;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// A real host comes up over a long journal, read from the disk and not from the page cache, until it has taken an order (RELIABILITY.md, B3). It
/// reports the time and asserts none. Environment: EXCHANGE_RECOVERY_COMMANDS (20,000; the long runs take 1,000,000 and 10,000,000).
/// </summary>
public sealed class RecoveryTimeTests
{
    private const string Balances = "\"USDT\":\"900000000\",\"BTC\":\"90000\"";
    private const int OpenOrdersMax = 100;

    [Test]
    public async Task A_host_over_a_long_journal_takes_orders_again()
    {
        var commands = LongRun.Setting("EXCHANGE_RECOVERY_COMMANDS", 20_000);
        await using var host = new HostProcess();
        await host.StartAsync();
        var account = await TradingClient.OpenAccountAsync(host.Url, Balances);
        host.Terminate();
        await host.WaitForExitAsync();
        Lengthen(host.DataDirectory, (int)account.AccountId, commands);
        var bytes = Directory.GetFiles(Path.Combine(host.DataDirectory, "journal")).Sum(file => new FileInfo(file).Length);

        foreach (var start in new[] { "first start, from the journal alone", "second start" })
        {
            var cold = Array.TrueForAll(Directory.GetFiles(host.DataDirectory, "*", SearchOption.AllDirectories), ForgetPages);
            var started = Stopwatch.GetTimestamp();
            await host.StartAsync();
            using var client = new TradingClient(host.Url, account);
            var order = await client.PlaceAsync(SandboxTraders.Limit("BUY", 49_000, start.Replace(' ', '-').Replace(",", "")));
            var elapsed = Stopwatch.GetElapsedTime(started);
            Assert.That(order.IsOk, Is.True, order.Body);
            var (sequence, recoveryMs) = await host.RecoveryAsync();
            Assert.That(sequence, Is.GreaterThan(commands));
            await TestContext.Progress.WriteLineAsync(
                $"recovery, {start}: {commands} commands, {bytes >> 20} MiB of segments, {(cold ? "cold" : "warm")} page cache: first order taken {elapsed.TotalMilliseconds:F0} ms after the start of the process, recovery {recoveryMs} ms");
            host.Terminate();
            await host.WaitForExitAsync();
        }
    }

    /// <summary>Appends commands to the journal of a host that has ended, as its engine would have journaled them: orders around a middle, every third a cancel.</summary>
    private static void Lengthen(string directory, int accountId, int commands)
    {
        using var exchange = new BareExchange();
        var storage = new FileStorage(directory, JournalSyncMethod.Fdatasync, _ => { });
        var end = exchange.Recover(storage);
        using var appender = new JournalAppender(storage, end, Math.Max(end.Epoch, 1), new JournalOptions { BuildId = "test build" });
        var random = new SplitMix64(7);
        var timeUs = end.LastTimeUs;
        var open = new Queue<ClientOrderId>();
        var symbol = exchange.Symbols.TryGetSymbol(SandboxTraders.Symbol, out var market) ? market.Id : throw new InvalidOperationException("the sandbox has lost its market");
        for (var i = 1; i <= commands; i++)
        {
            // Why not more: the exchange goes on from the journal's time, and clients must not find it far ahead of their own.
            timeUs++;
            CommandSlot slot;
            if (open.Count >= OpenOrdersMax || (i % 3 == 0 && open.Count > 0))
            {
                slot = new CommandSlot { Type = CommandType.CancelOrder, AccountId = accountId, SymbolId = symbol, ClientOrderId = open.Dequeue() };
            }
            else
            {
                var isBuy = random.Chance(50);
                var id = ClientOrderId.From($"long-{i}");
                open.Enqueue(id);
                slot = new CommandSlot
                {
                    Type = CommandType.PlaceOrder,
                    AccountId = accountId,
                    SymbolId = symbol,
                    Side = isBuy ? Side.Buy : Side.Sell,
                    OrderType = OrderType.Limit,
                    TimeInForce = TimeInForce.Gtc,
                    Price = 5_000_000 + (isBuy ? -1 : 1) * random.Between(-2, 400),
                    Quantity = random.Between(100, 2_000),
                    ClientOrderId = id,
                };
            }

            slot.SlotCount = 1;
            slot.ReplyToken = CommandSlot.NoReply;
            exchange.Execute(new StreamCommand(slot, [], timeUs), record =>
            {
                if (appender.FreeBytes < record.Length)
                {
                    appender.Commit();
                }

                appender.Append(record);
            });
        }

        appender.Commit();
    }

    /// <summary>Asks the system to forget what it holds of a file; returns whether it could be asked.</summary>
    private static bool ForgetPages(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dd", [$"if={path}", "iflag=nocache", "count=0"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
