using System.Text.Json;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// The sums: money neither appears nor disappears, what is locked is what the open orders need, the book is the open orders. The fees are
/// exact because the clients trade at prices and quantities where they need no rounding.
/// </summary>
internal sealed partial class Reconciliation
{
    /// <summary>Of maker and taker alike in the seeded markets: 1,000 ppm.</summary>
    private const decimal FeeRate = 0.001m;

    private static readonly (string Symbol, string Base, string Quote)[] Markets =
        [("BTCUSDT", "BTC", "USDT"), ("ETHUSDT", "ETH", "USDT"), ("ETHBTC", "ETH", "BTC")];

    private async Task CheckMoneyAsync()
    {
        var totals = deposits.ToDictionary(deposit => deposit.Key, _ => 0m);
        for (var account = 0; account < _clients.Length; account++)
        {
            var open = _orders.Values.Where(order => order.IsOpen && order.Request.Account == account).Select(order => order.Last!).ToArray();
            var balances = (await _clients[account].AccountAsync()).Json.GetProperty("balances").EnumerateArray();
            foreach (var balance in balances)
            {
                var asset = balance.GetProperty("asset").GetString()!;
                var free = OrderView.Decimal(balance, "free");
                var locked = OrderView.Decimal(balance, "locked");
                var needed = open.Where(order => PaidAsset(order) == asset).Sum(order => order.Hold);
                if (free < 0 || locked != needed)
                {
                    Breach($"account {account} has {free} {asset} free and {locked} locked, its orders need {needed}");
                }

                if (free + locked != 0 || totals.ContainsKey(asset))
                {
                    totals[asset] = totals.GetValueOrDefault(asset) + free + locked;
                }
            }

            await CheckOpenOrdersAsync(account, open);
        }

        foreach (var (asset, total) in totals)
        {
            var fees = FeesIn(asset);
            if (total + fees != deposits.GetValueOrDefault(asset))
            {
                Breach($"{asset}: {total} in accounts and {fees} fees, but {deposits.GetValueOrDefault(asset)} were deposited");
            }
        }

        foreach (var (symbol, _, _) in Markets)
        {
            CheckBothSides(symbol);
            await CheckDepthAsync(symbol);
        }
    }

    private static string PaidAsset(OrderView order)
    {
        var market = Markets.Single(market => market.Symbol == order.Symbol);
        return order.Side == "BUY" ? market.Quote : market.Base;
    }

    private decimal FeesIn(string asset)
    {
        var received = 0m;
        foreach (var order in _orders.Values.Select(order => order.Last).OfType<OrderView>())
        {
            var market = Markets.Single(market => market.Symbol == order.Symbol);
            received += order.Side == "BUY" && market.Base == asset ? order.Executed
                : order.Side == "SELL" && market.Quote == asset ? order.Quote
                : 0;
        }

        return received * FeeRate;
    }

    private async Task CheckOpenOrdersAsync(int account, OrderView[] open)
    {
        var listed = (await _clients[account].OpenOrdersAsync()).Json.EnumerateArray().Select(OrderView.From);
        var differences = listed.ToHashSet();
        differences.SymmetricExceptWith(open);
        foreach (var order in differences)
        {
            Breach($"account {account}: open orders and order queries differ in {order}");
        }
    }

    /// <summary>Each trade has a buyer and a seller, both of ours.</summary>
    private void CheckBothSides(string symbol)
    {
        var orders = _orders.Values.Select(order => order.Last).OfType<OrderView>()
            .Where(order => order.Symbol == symbol)
            .ToLookup(order => order.Side);
        var bought = (orders["BUY"].Sum(order => order.Executed), orders["BUY"].Sum(order => order.Quote));
        var sold = (orders["SELL"].Sum(order => order.Executed), orders["SELL"].Sum(order => order.Quote));
        if (bought != sold)
        {
            Breach($"{symbol}: bought {bought}, sold {sold}");
        }
    }

    private async Task CheckDepthAsync(string symbol)
    {
        var depth = (await _clients[0].GetAsync($"/api/v3/depth?symbol={symbol}&limit=5000")).Json;
        foreach (var (side, name) in new[] { ("BUY", "bids"), ("SELL", "asks") })
        {
            var expected = _orders.Values.Where(order => order.IsOpen && order.Last!.Symbol == symbol && order.Last.Side == side)
                .GroupBy(order => order.Last!.Price)
                .ToDictionary(level => level.Key, level => level.Sum(order => order.Last!.Leaves));
            var shown = depth.GetProperty(name).EnumerateArray().ToDictionary(level => Number(level[0]), level => Number(level[1]));
            if (expected.Count != shown.Count || expected.Any(level => shown.GetValueOrDefault(level.Key) != level.Value))
            {
                Breach($"{symbol}: the {name} do not add up to the open orders: {depth.GetProperty(name)}");
            }
        }
    }

    private static decimal Number(JsonElement text) => decimal.Parse(text.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
