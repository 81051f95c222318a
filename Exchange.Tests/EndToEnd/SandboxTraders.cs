using Exchange.Tests.Support;

namespace Exchange.Tests.EndToEnd;

/// <summary>Two funded sandbox accounts at one host, with a client each.</summary>
internal sealed class SandboxTraders : IDisposable
{
    public const string Symbol = "BTCUSDT";

    private const string Balances = "\"USDT\":\"10000000\",\"BTC\":\"100\"";

    private SandboxTraders(string url, TradingAccount seller, TradingAccount buyer)
    {
        Seller = new TradingClient(url, seller);
        Buyer = new TradingClient(url, buyer);
    }

    public TradingClient Seller { get; }

    public TradingClient Buyer { get; }

    public static async Task<SandboxTraders> OpenAsync(string url) =>
        new(url, await TradingClient.OpenAccountAsync(url, Balances), await TradingClient.OpenAccountAsync(url, Balances));

    /// <summary>A limit order of 0.01 that rests unless the other side is there.</summary>
    public static string Limit(string side, int price, string clientOrderId) =>
        $"symbol={Symbol}&side={side}&type=LIMIT&timeInForce=GTC&quantity=0.01&price={price}&newClientOrderId={clientOrderId}";

    /// <summary>Leaves two open orders on each side and two trades.</summary>
    public async Task TradeAsync()
    {
        TradingAnswer[] answers =
        [
            await Seller.PlaceAsync(Limit("SELL", 50_000, "s1")),
            await Seller.PlaceAsync(Limit("SELL", 50_010, "s2")),
            await Seller.PlaceAsync(Limit("SELL", 50_020, "s3")),
            await Buyer.PlaceAsync($"symbol={Symbol}&side=BUY&type=MARKET&quantity=0.015&newClientOrderId=b1"),
            await Buyer.PlaceAsync(Limit("BUY", 49_000, "b2")),
            await Buyer.PlaceAsync(Limit("BUY", 48_000, "b3")),
        ];
        if (answers.FirstOrDefault(answer => !answer.IsOk) is { } refused)
        {
            throw new InvalidOperationException($"an order was refused: {refused}");
        }
    }

    /// <summary>Returns everything that the API shows of the two accounts and the market, as it is written.</summary>
    public async Task<string> EverythingAsync()
    {
        var text = "";
        foreach (var client in new[] { Seller, Buyer })
        {
            text += $"account {await client.AccountAsync()}\nopen {await client.OpenOrdersAsync()}\n";
        }

        text += await OrdersAsync();
        text += $"depth {await Buyer.GetAsync($"/api/v3/depth?symbol={Symbol}")}\n";
        return text + $"trades {await Buyer.GetAsync($"/api/v3/trades?symbol={Symbol}")}\n";
    }

    /// <summary>Returns the orders of <see cref="TradeAsync"/> as the API shows them.</summary>
    public async Task<string> OrdersAsync()
    {
        var text = "";
        foreach (var client in new[] { Seller, Buyer })
        {
            foreach (var id in new[] { "s1", "s2", "s3", "b1", "b2", "b3" })
            {
                text += $"order {await client.OrderAsync(Symbol, id)}\n";
            }
        }

        return text;
    }

    public void Dispose()
    {
        Seller.Dispose();
        Buyer.Dispose();
    }
}
