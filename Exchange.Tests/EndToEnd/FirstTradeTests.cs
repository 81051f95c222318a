using System.Text.Json;
using System.Text.RegularExpressions;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>What the terminal and the README tell a newcomer to type works as it is written.</summary>
public sealed class FirstTradeTests
{
    [Test]
    public async Task The_commands_of_the_banner_work_as_printed()
    {
        await using var host = NewHost();
        await host.StartAsync();
        await host.WaitForOutputAsync("first-trade.mjs");

        // Only made silent: the progress that curl shows goes to the terminal.
        var commands = host.Output.Split('\n').SkipWhile(line => !line.Contains("Try next", StringComparison.Ordinal)).Skip(1)
            .Where(line => Regex.IsMatch(line, @"^\s+(curl|q=)")).ToArray();

        var answers = await Shell.RunAsync(string.Join("\necho\n", commands.Select(command => command.Replace("curl ", "curl -sS "))));

        Assert.That(commands, Has.Length.EqualTo(4), host.Output);
        Assert.That(host.Output, Does.Contain($"{host.Url}/docs"));
        Assert.That(answers, Has.Length.EqualTo(3), "three answers");
        Assert.That(answers[0].GetProperty("bids").ValueKind, Is.EqualTo(JsonValueKind.Array));
        Assert.That(answers[1].GetProperty("status").GetString(), Is.EqualTo("FILLED"), "the market makers sell below 70000");
        Assert.That(answers[2].GetProperty("secretKey").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task The_first_trade_of_the_README_works_as_written()
    {
        await using var host = NewHost();
        await host.StartAsync();
        var commands = Shell.ReadmeCommands("## A first trade");

        var answers = await Shell.RunAsync(string.Join('\n', commands).Replace("http://127.0.0.1:8080", host.Url));

        Assert.That(answers, Has.Length.EqualTo(4), "two orders, the account, the depth");
        Assert.That(answers[0].GetProperty("status").GetString(), Is.EqualTo("FILLED"));
        Assert.That(answers[0].GetProperty("fills").GetArrayLength(), Is.Positive);
        Assert.That(answers[1].GetProperty("status").GetString(), Is.EqualTo("NEW"));
        Assert.That(
            answers[2].GetProperty("balances").EnumerateArray().Select(balance => $"{balance.GetProperty("asset")} {balance.GetProperty("locked")}"),
            Is.EqualTo(new[] { "BTC 0.10000000", "USDT 0.00000000" }));
        Assert.That(answers[3].GetProperty("asks").GetArrayLength(), Is.EqualTo(5));
    }

    [Test]
    public async Task The_first_trade_with_ccxt_shows_a_trade_and_its_fee()
    {
        await using var host = NewHost();
        await host.StartAsync();

        var (exitCode, output, errors) = await NodeScript.RunAsync("first-trade.mjs", host.Url);

        Assert.That(exitCode, Is.Zero, $"{output}\n{errors}");
        Assert.That(output, Does.Match(@"^BTC/USDT is at [\d.]+ / [\d.]+\norder \d+: closed, bought 0\.2 BTC for [\d.]+ USDT\ntrade \d+: [\d.]+ at [\d.]+, fee [\d.]+ BTC\n"));
        Assert.That(output, Does.Contain("you have 0.1998 BTC and "));
    }

    /// <summary>As a newcomer starts it: nothing is set.</summary>
    private static HostProcess NewHost()
    {
        var host = new HostProcess();
        host.Settings["Exchange__Sandbox__MarketMakers"] = "true";
        return host;
    }
}
