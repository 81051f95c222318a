using System.Collections.Concurrent;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>A host that is asked to end (SIGTERM), as every deployment does.</summary>
public sealed class ShutdownTests
{
    [Test]
    public async Task A_host_that_was_asked_to_end_shows_the_same_exchange_when_it_is_back()
    {
        await using var host = new HostProcess();
        await host.StartAsync();
        using var traders = await SandboxTraders.OpenAsync(host.Url);
        await traders.TradeAsync();
        var before = await traders.EverythingAsync();

        host.Terminate();
        var exitCode = await host.WaitForExitAsync();
        await host.StartAsync();
        var after = await traders.EverythingAsync();

        Assert.That(exitCode, Is.Zero, host.Output);
        Assert.That(after, Is.EqualTo(before));
        Assert.That(before, Does.Contain("\"executedQty\":\"0.00500000\"").And.Contain("PARTIALLY_FILLED"), "there was something to keep");

        // Ids go on where they stood: six orders, two trades.
        var next = await traders.Buyer.PlaceAsync($"symbol={SandboxTraders.Symbol}&side=BUY&type=MARKET&quantity=0.005");
        Assert.That(next.Json.GetProperty("orderId").GetInt64(), Is.EqualTo(7), next.Body);
        Assert.That(next.Json.GetProperty("fills")[0].GetProperty("tradeId").GetInt64(), Is.EqualTo(3), next.Body);
    }

    [Test]
    public async Task A_host_that_was_asked_to_end_under_load_answers_every_order_that_it_executes()
    {
        const int Workers = 8;
        const int OrdersBefore = 100;
        await using var host = new HostProcess();
        await host.StartAsync();
        var account = await TradingClient.OpenAccountAsync(host.Url, "\"USDT\":\"100000000\"");
        using var client = new TradingClient(host.Url, account, Workers);
        var acknowledged = new ConcurrentQueue<string>();
        var unanswered = new ConcurrentQueue<string>();
        var isLoaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        async Task WorkAsync(int worker)
        {
            for (var number = 0; ; number++)
            {
                // Orders that expire at once, so that no limit of open orders ends the load.
                var id = $"t{worker}-{number}";
                try
                {
                    var answer = await client.PlaceAsync(
                        $"symbol={SandboxTraders.Symbol}&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.01&price=50000&newClientOrderId={id}");
                    if (!answer.IsOk)
                    {
                        unanswered.Enqueue(id);
                        return;
                    }
                }
                catch (HttpRequestException)
                {
                    unanswered.Enqueue(id);
                    return;
                }

                acknowledged.Enqueue(id);
                if (acknowledged.Count >= OrdersBefore)
                {
                    isLoaded.TrySetResult();
                }
            }
        }

        var work = Task.WhenAll(Enumerable.Range(0, Workers).Select(WorkAsync));
        await Task.WhenAny(isLoaded.Task, work);
        host.Terminate();
        await work;
        var exitCode = await host.WaitForExitAsync();
        await host.StartAsync();

        Assert.That(exitCode, Is.Zero, host.Output);
        Assert.That(acknowledged, Has.Count.GreaterThanOrEqualTo(OrdersBefore), "it ended before it was asked to");
        foreach (var id in acknowledged)
        {
            var order = await client.OrderAsync(SandboxTraders.Symbol, id);
            Assert.That(order.IsOk, Is.True, $"{id} was acknowledged: {order}");
        }

        foreach (var id in unanswered)
        {
            var order = await client.OrderAsync(SandboxTraders.Symbol, id);
            Assert.That(order.Code, Is.EqualTo(-2013), $"{id} was executed and its client was not told: {order}");
        }
    }
}
