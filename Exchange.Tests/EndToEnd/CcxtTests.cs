using System.Text.Json;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// ccxt from npm, unmodified, trades: `Clients/trading.mjs` takes a trader's steps, and each test here reads what came of some of them.
/// </summary>
public sealed class CcxtTests
{
    private static readonly string[] Symbols = ["BTC/USDT", "ETH/BTC", "ETH/USDT", "SOL/USDT"];

    private HostProcess _host = null!;
    private Dictionary<string, JsonElement> _steps = null!;
    private string _output = null!;

    [OneTimeSetUp]
    public async Task TradeAsync()
    {
        _host = new HostProcess();
        _host.Settings["Exchange__Sandbox__MarketMakers"] = "true";
        await _host.StartAsync();
        await MakeTradeAsync();
        var (exitCode, output, errors) = await NodeScript.RunAsync("trading.mjs", _host.Url);
        _output = $"{output}\n{errors}";
        Assert.That(exitCode, Is.Zero, _output);
        _steps = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .ToDictionary(step => step.GetProperty("step").GetString()!);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public void Markets_are_loaded_with_precision_and_limits()
    {
        var step = Step("load markets");

        Assert.That(Texts(step, "symbols"), Is.EqualTo(Symbols));
        Assert.That((step.GetProperty("active").GetBoolean(), step.GetProperty("spot").GetBoolean()), Is.EqualTo((true, true)));
        Assert.That((Number(step, "precision", "amount"), Number(step, "precision", "price")), Is.EqualTo((0.00001m, 0.01m)));
        Assert.That((Number(step, "limits", "amount", "min"), Number(step, "limits", "amount", "max")), Is.EqualTo((0.00001m, 9_000m)));
        Assert.That(Number(step, "limits", "cost", "min"), Is.EqualTo(5m));
    }

    [Test]
    public void Time_and_status_are_told()
    {
        Assert.That(Number(Step("time and status"), "skew"), Is.LessThan(10_000m), "both clocks are this machine's");
        Assert.That(Text(Step("time and status"), "status"), Is.EqualTo("ok"));
    }

    [Test]
    public void Book_and_tickers_agree_on_a_market_with_two_sides()
    {
        var book = Step("book");
        var ticker = Step("ticker");

        Assert.That((book.GetProperty("bids").GetArrayLength(), book.GetProperty("asks").GetArrayLength()), Is.EqualTo((5, 5)));
        Assert.That(book.GetProperty("bids")[0][0].GetDecimal(), Is.LessThan(book.GetProperty("asks")[0][0].GetDecimal()));
        Assert.That(Number(book, "nonce"), Is.Positive);
        Assert.That(Number(ticker, "bid"), Is.Positive.And.LessThan(Number(ticker, "ask")));
        Assert.That(Number(ticker, "last"), Is.InRange(Number(ticker, "low"), Number(ticker, "high")));
        Assert.That((Number(ticker, "baseVolume"), Number(ticker, "quoteVolume")), Is.GreaterThan((0m, 0m)));
        Assert.That(Texts(Step("tickers"), "symbols"), Is.EqualTo(Symbols));
        Assert.That(Texts(Step("tickers"), "bids"), Is.EqualTo(Symbols));
    }

    [Test]
    public void Candles_and_trades_show_what_was_traded()
    {
        var candles = Step("candles");
        var (open, high, low, close, volume) = (Candle(1), Candle(2), Candle(3), Candle(4), Candle(5));
        var trades = Step("trades");

        Assert.That(Number(candles, "count"), Is.Positive);
        Assert.That(new[] { open, close }, Is.All.InRange(low, high));
        Assert.That(volume, Is.Not.Negative);
        Assert.That(Number(trades, "count"), Is.Positive);
        Assert.That(Number(trades, "cost"), Is.EqualTo(Number(trades, "price") * Number(trades, "amount")));
        Assert.That(Text(trades, "side"), Is.AnyOf("buy", "sell"));

        decimal Candle(int index) => candles.GetProperty("last")[index].GetDecimal();
    }

    [Test]
    public void A_limit_order_rests_is_found_holds_funds_and_is_cancelled()
    {
        var placed = Step("limit order");

        Assert.That(Order(placed), Is.EqualTo("limit buy open 0.01 @ 50000, 0 filled, GTC"));
        Assert.That(Order(Step("fetch order")), Is.EqualTo(Order(placed)));
        Assert.That(Texts(Step("open orders"), "ids"), Is.EqualTo(new[] { Text(placed, "id") }));
        Assert.That(Number(Step("open orders"), "everywhere"), Is.EqualTo(1));
        Assert.That((Number(Step("balances before"), "free", "USDT"), Number(Step("balances before"), "total", "BTC")), Is.EqualTo((100_000m, 1m)));
        Assert.That(Number(Step("held"), "used"), Is.EqualTo(500m));
        Assert.That(Order(Step("cancel")), Is.EqualTo("limit buy canceled 0.01 @ 50000, 0 filled, GTC"));
    }

    [Test]
    public void Market_orders_fill_by_amount_and_by_cost()
    {
        var byAmount = Step("market order");
        var byCost = Step("market order by cost");

        Assert.That((Text(byAmount, "status"), Number(byAmount, "filled"), Number(byAmount, "remaining")), Is.EqualTo(("closed", 0.02m, 0m)));
        Assert.That(Number(byAmount, "trades"), Is.Positive);
        Assert.That((Number(byAmount, "fee", "cost"), byAmount.GetProperty("fee").GetProperty("currency").GetString()), Is.EqualTo((0.00002m, "BTC")));
        Assert.That(Text(byCost, "status"), Is.EqualTo("closed"));
        Assert.That(Number(byCost, "cost"), Is.InRange(599m, 600m));
    }

    [Test]
    public void A_post_only_order_rests_or_is_refused()
    {
        Assert.That(Order(Step("post-only order")), Is.EqualTo("limit sell open 0.01 @ 70000, 0 filled, GTC"));
        Assert.That(Step("post-only order").GetProperty("postOnly").GetBoolean(), Is.True);
        Assert.That(Text(Step("post-only order that would take"), "refused"), Is.EqualTo("OrderImmediatelyFillable"));
        Assert.That((Number(Step("cancel all"), "canceled"), Number(Step("cancel all"), "open")), Is.EqualTo((1m, 0m)));
        Assert.That(Number(Step("test order"), "held"), Is.Zero);
    }

    [Test]
    public void My_trades_orders_and_fees_tell_the_same_story()
    {
        var trade = Step("my trades");

        Assert.That((Text(trade, "order"), Text(trade, "side"), Text(trade, "takerOrMaker")), Is.EqualTo((Text(Step("market order"), "id"), "buy", "taker")));
        Assert.That(Number(trade, "cost"), Is.EqualTo(Number(trade, "price") * Number(trade, "amount")));
        Assert.That((Number(trade, "fee", "cost"), trade.GetProperty("fee").GetProperty("currency").GetString()), Is.EqualTo((Number(trade, "amount") / 1_000, "BTC")));
        Assert.That(Number(Step("trades of an order"), "amount"), Is.EqualTo(0.02m));
        Assert.That(Texts(Step("orders"), "statuses"), Is.EqualTo(new[] { "limit canceled", "market closed", "market closed", "limit canceled" }));
        Assert.That((Number(Step("orders"), "closed"), Number(Step("orders"), "canceled")), Is.EqualTo((2m, 2m)));
        Assert.That((Number(Step("fees"), "maker"), Number(Step("fees"), "taker")), Is.EqualTo((0.001m, 0.001m)));
        Assert.That(Texts(Step("fees"), "symbols"), Is.EqualTo(Symbols));
    }

    [Test]
    public void Refusals_are_the_errors_that_ccxt_knows()
    {
        var refusals = Step("refusals");

        Assert.That(Text(refusals, "poor"), Is.EqualTo("InsufficientFunds"));
        Assert.That(Text(refusals, "small"), Is.EqualTo("BadRequest"));
        Assert.That(Text(refusals, "unknown"), Is.EqualTo("OrderNotFound"));
        Assert.That(Text(refusals, "empty"), Is.EqualTo("OrderNotFound"));
        Assert.That(Text(refusals, "key"), Is.EqualTo("AuthenticationError"));
    }

    private JsonElement Step(string name) => _steps.TryGetValue(name, out var step) ? step : throw new AssertionException($"no step '{name}':\n{_output}");

    private static string Order(JsonElement step) =>
        $"{Text(step, "type")} {Text(step, "side")} {Text(step, "status")} {Number(step, "amount")} @ {Number(step, "price")}, {Number(step, "filled")} filled, {Text(step, "timeInForce")}";

    private static string? Text(JsonElement step, string name) => step.GetProperty(name).GetString();

    private static string?[] Texts(JsonElement step, string name) => [.. step.GetProperty(name).EnumerateArray().Select(item => item.GetString())];

    private static decimal Number(JsonElement step, params string[] path) => path.Aggregate(step, (value, name) => value.GetProperty(name)).GetDecimal();

    /// <summary>Candles, tickers and trades have something to show from here on.</summary>
    private async Task MakeTradeAsync()
    {
        using var client = new TradingClient(_host.Url, await TradingClient.OpenAccountAsync(_host.Url, "\"USDT\":\"1000\""));
        var bought = await client.PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01");
        Assert.That(bought.IsOk, Is.True, bought.Body);
    }
}
