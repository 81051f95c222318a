using System.Globalization;

namespace Exchange.Tests.Support.CrashClient;

/// <summary>
/// One connection of the crash client: places, cancels, mass-cancels, one request after the other, until the connection fails. The line of a
/// request, and that of the answer before it, are durable before it goes out.
/// </summary>
internal sealed class CrashWorker(CrashClientSettings settings, int index, LedgerWriter ledger, Action<TradingAnswer> answered)
{
    private const int RememberedOrders = 50;
    private const int HttpServerError = 500;

    /// <summary>
    /// Where the seeded markets trade here. Prices are whole steps so coarse that a lot's notional is a multiple of 1,000 units of the quote
    /// asset, as its quantity is of the base asset: then the fees of 1,000 ppm are exact and can be added up from the orders alone.
    /// </summary>
    private static readonly Market[] Markets =
    [
        new("BTCUSDT", Middle: 50_000, Step: 1m, Lot: 0.00001m, Lots: 2_000),
        new("ETHUSDT", Middle: 3_000, Step: 1m, Lot: 0.0001m, Lots: 3_000),
        new("ETHBTC", Middle: 1, Step: 0.01m, Lot: 0.001m, Lots: 500),
    ];

    private readonly int _account = index % settings.Accounts.Count;
    private readonly SplitMix64 _random = new(settings.Seed + ((ulong)index * 0x9E37_79B9));
    private readonly Queue<(string Symbol, string Id)> _acknowledged = [];
    private int _requests;

    private sealed record Market(string Symbol, decimal Middle, decimal Step, decimal Lot, int Lots);

    /// <summary>Returns when the exchange answers no more.</summary>
    public async Task RunAsync()
    {
        using var client = new TradingClient(settings.Url, settings.Accounts[_account]);
        var lastAnswer = "";
        while (true)
        {
            var request = Next();
            await ledger.AppendAsync(lastAnswer + request.SentText);
            TradingAnswer answer;
            try
            {
                answer = await SendAsync(client, request);
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
            {
                return;
            }

            lastAnswer = request.AnsweredText(answer);
            answered(answer);
            if (answer.IsOk && request.Kind == RequestKind.Place)
            {
                _acknowledged.Enqueue((request.Symbol, request.Id));
                if (_acknowledged.Count > RememberedOrders)
                {
                    _acknowledged.Dequeue();
                }
            }
            else if (answer.Status >= HttpServerError)
            {
                await ledger.AppendAsync(lastAnswer);
                return;
            }
        }
    }

    private static Task<TradingAnswer> SendAsync(TradingClient client, LedgerRequest request) => request.Kind switch
    {
        RequestKind.Place => client.PlaceAsync(request.Parameters),
        RequestKind.Cancel => client.SignedAsync(HttpMethod.Delete, "/api/v3/order", request.Parameters),
        _ => client.SignedAsync(HttpMethod.Delete, "/api/v3/openOrders", request.Parameters),
    };

    private LedgerRequest Next()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"k{settings.Run}-{index}-{++_requests}");
        var dice = _random.Below(100);
        if (dice < 1)
        {
            var symbol = _random.Pick(Markets).Symbol;
            return new LedgerRequest(id, _account, RequestKind.CancelAll, symbol, "", $"symbol={symbol}");
        }

        if (dice < 25 && _acknowledged.TryDequeue(out var order))
        {
            return new LedgerRequest(
                id, _account, RequestKind.Cancel, order.Symbol, order.Id,
                $"symbol={order.Symbol}&origClientOrderId={order.Id}&newClientOrderId={id}");
        }

        var market = _random.Pick(Markets);
        return new LedgerRequest(id, _account, RequestKind.Place, market.Symbol, "", NextOrder(market, id));
    }

    private string NextOrder(Market market, string id)
    {
        var isBuy = _random.Chance(50);
        var quantity = market.Lot * _random.Between(market.Lots / 10, market.Lots);

        // Half of them rest behind the middle, the others reach over it.
        var distance = _random.Between(-4, 8) * market.Step;
        var price = isBuy ? market.Middle - distance : market.Middle + distance;
        var terms = _random.Below(100) switch
        {
            < 55 => $"type=LIMIT&timeInForce=GTC&quantity={Text(quantity)}&price={Text(price)}",
            < 67 => $"type=LIMIT&timeInForce=IOC&quantity={Text(quantity)}&price={Text(price)}",
            < 75 => $"type=LIMIT&timeInForce=FOK&quantity={Text(quantity)}&price={Text(price)}",
            < 88 => $"type=LIMIT_MAKER&quantity={Text(quantity)}&price={Text(price)}",
            < 95 => $"type=MARKET&quantity={Text(quantity)}",
            _ => $"type=MARKET&quoteOrderQty={Text(decimal.Round(quantity * market.Middle, 2))}",
        };
        var responseType = _random.Chance(80) ? "&newOrderRespType=FULL" : "";
        return $"symbol={market.Symbol}&side={(isBuy ? "BUY" : "SELL")}&{terms}&newClientOrderId={id}{responseType}";
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
