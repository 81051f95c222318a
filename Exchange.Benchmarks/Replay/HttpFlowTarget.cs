using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Exchange.Benchmarks.Http;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Replay;

/// <summary>
/// A running sandbox over its HTTP API, with signed requests as any client sends them: a market of its own with a fresh name, one account
/// for orders that rest and one for those that take. Which order a fill met is what the resting account's own trades say.
/// One command at a time.
/// </summary>
internal sealed class HttpFlowTarget : IFlowTarget, IDisposable
{
    private const int TicksPerUnit = 100;

    /// <summary>More of each asset than any recording needs.</summary>
    private const string Balances = "\"SHARE\":\"90000000000\",\"USD\":\"90000000000\"";

    private readonly string _symbol;
    private readonly TradingClient _resting;
    private readonly TradingClient _taking;

    private HttpFlowTarget(string symbol, TradingClient resting, TradingClient taking)
    {
        _symbol = symbol;
        _resting = resting;
        _taking = taking;
    }

    /// <param name="url">Scheme, host and port of a sandbox.</param>
    /// <exception cref="InvalidOperationException">The sandbox refused the market or an account.</exception>
    /// <exception cref="HttpRequestException">Nobody answers there.</exception>
    public static async Task<HttpFlowTarget> CreateAsync(string url)
    {
        var symbol = $"FLOW{RandomNumberGenerator.GetHexString(8)}";
        using var client = new TradingClient(url);

        // A share priced in cents; no limit that a recording could meet.
        var market = await client.PostJsonAsync(
            "/sandbox/markets",
            $$"""
            {"name":"{{symbol}}","baseAsset":"SHARE","baseScale":0,"quoteAsset":"USD","quoteScale":2,"tickSize":"0.01","maxPrice":"1000000",
            "lotSize":"1","maxQuantity":"10000000","maxNumOrders":1000000}
            """).ConfigureAwait(false);
        if (!market.IsOk)
        {
            throw new InvalidOperationException($"the sandbox refused the market: {market}");
        }

        var resting = await TradingClient.OpenAccountAsync(url, Balances).ConfigureAwait(false);
        var taking = await TradingClient.OpenAccountAsync(url, Balances).ConfigureAwait(false);
        return new HttpFlowTarget(symbol, new TradingClient(url, resting), new TradingClient(url, taking));
    }

    public async ValueTask<PlaceOutcome> PlaceAsync(Side side, long price, long quantity, TimeInForce timeInForce)
    {
        var client = timeInForce == TimeInForce.Gtc ? _resting : _taking;
        var answer = await client.PlaceAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"symbol={_symbol}&side={(side == Side.Buy ? "BUY" : "SELL")}&type=LIMIT&timeInForce={(timeInForce == TimeInForce.Gtc ? "GTC" : "IOC")}"
            + $"&quantity={quantity}&price={price / TicksPerUnit}.{price % TicksPerUnit:00}")).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return new PlaceOutcome(answer.ToString(), 0, []);
        }

        var fills = answer.Json.GetProperty("fills");
        return new PlaceOutcome(
            null,
            answer.Json.GetProperty("orderId").GetInt64(),
            fills.GetArrayLength() == 0 ? [] : await ReadFillsAsync(fills).ConfigureAwait(false));
    }

    /// <remarks>The API lowers an order to a new quantity, executed lots included; all of its leaves are taken by a cancel.</remarks>
    public async ValueTask<string?> ReduceAsync(long orderId, long lots)
    {
        var name = $"symbol={_symbol}&orderId={orderId.ToString(CultureInfo.InvariantCulture)}";
        var order = await _resting.SignedAsync(HttpMethod.Get, "/api/v3/order", name).ConfigureAwait(false);
        if (!order.IsOk)
        {
            return order.ToString();
        }

        var quantity = Lots(order.Json.GetProperty("origQty"));
        if (lots >= quantity - Lots(order.Json.GetProperty("executedQty")))
        {
            return await CancelAsync(orderId).ConfigureAwait(false);
        }

        var amended = await _resting.SignedAsync(
            HttpMethod.Put, "/api/v3/order/amend/keepPriority", string.Create(CultureInfo.InvariantCulture, $"{name}&newQty={quantity - lots}")).ConfigureAwait(false);
        return amended.IsOk ? null : amended.ToString();
    }

    public async ValueTask<string?> CancelAsync(long orderId)
    {
        var answer = await _resting.SignedAsync(
            HttpMethod.Delete, "/api/v3/order", string.Create(CultureInfo.InvariantCulture, $"symbol={_symbol}&orderId={orderId}")).ConfigureAwait(false);
        return answer.IsOk ? null : answer.ToString();
    }

    public async ValueTask<FlowBook> ReadBookAsync()
    {
        var depth = await ReadAsync($"/api/v3/depth?symbol={_symbol}&limit=1").ConfigureAwait(false);
        return new FlowBook(Best(depth.GetProperty("bids")), Best(depth.GetProperty("asks")));
    }

    public void Dispose()
    {
        _resting.Dispose();
        _taking.Dispose();
    }

    /// <summary>Returns the taker's fills with the orders that they met, from the resting account's trades of the same ids.</summary>
    private async Task<FlowFill[]> ReadFillsAsync(JsonElement fills)
    {
        var firstId = fills[0].GetProperty("tradeId").GetInt64();
        var trades = await _resting.SignedAsync(
            HttpMethod.Get, "/api/v3/myTrades", string.Create(CultureInfo.InvariantCulture, $"symbol={_symbol}&fromId={firstId}&limit=1000")).ConfigureAwait(false);
        if (!trades.IsOk)
        {
            throw new InvalidOperationException($"the trades of the resting account cannot be read: {trades}");
        }

        var makers = trades.Json.EnumerateArray().ToDictionary(
            trade => trade.GetProperty("id").GetInt64(), trade => trade.GetProperty("orderId").GetInt64());
        return
        [
            .. fills.EnumerateArray().Select(fill => new FlowFill(
                makers.GetValueOrDefault(fill.GetProperty("tradeId").GetInt64()), Ticks(fill.GetProperty("price")), Lots(fill.GetProperty("qty")))),
        ];
    }

    /// <summary>Reads something public; the key in the header keeps it free of the address's weight.</summary>
    private async Task<JsonElement> ReadAsync(string pathAndQuery)
    {
        var answer = await _resting.GetAsync(pathAndQuery).ConfigureAwait(false);
        return answer.IsOk ? answer.Json : throw new InvalidOperationException($"{pathAndQuery} answers {answer}");
    }

    private static FlowBest Best(JsonElement levels) =>
        levels.GetArrayLength() == 0 ? default : new FlowBest(Ticks(levels[0][0]), Lots(levels[0][1]));

    private static long Ticks(JsonElement price) => Whole(Number(price) * TicksPerUnit);

    private static long Lots(JsonElement quantity) => Whole(Number(quantity));

    private static decimal Number(JsonElement text) => decimal.Parse(text.GetString()!, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static long Whole(decimal number) =>
        number == decimal.Truncate(number) ? (long)number : throw new InvalidOperationException($"{number} is no whole number of ticks or lots");
}
