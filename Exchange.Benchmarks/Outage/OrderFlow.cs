using System.Globalization;
using Exchange.Benchmarks.Http;

namespace Exchange.Benchmarks.Outage;

/// <summary>
/// Limit orders of pairs of sandbox accounts, every second one of which trades with the one before it; who sells takes turns, so that nobody runs out of
/// anything. Any thread.
/// </summary>
internal sealed class OrderFlow : IDisposable
{
    private const string Balances = "\"USDT\":\"100000000\",\"BTC\":\"1000\"";
    private const int ConnectionsPerAccount = 32;

    private readonly TradingClient[] _clients;

    private OrderFlow(TradingClient[] clients) => _clients = clients;

    public static async Task<OrderFlow> OpenAsync(string url, int pairs)
    {
        var clients = new TradingClient[2 * pairs];
        for (var i = 0; i < clients.Length; i++)
        {
            clients[i] = new TradingClient(url, await TradingClient.OpenAccountAsync(url, Balances).ConfigureAwait(false), ConnectionsPerAccount);
        }

        return new OrderFlow(clients);
    }

    /// <summary>Places an order.</summary>
    /// <param name="number">From 0, each once.</param>
    /// <returns>The answer when it is no success; null otherwise.</returns>
    public async Task<string?> PlaceAsync(int number)
    {
        var isSale = number % 2 == 0;
        var turn = number / 2 / (_clients.Length / 2);
        var pair = number / 2 % (_clients.Length / 2);
        var client = _clients[2 * pair + ((turn + number) & 1)];
        var answer = await client.PlaceAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"symbol=BTCUSDT&side={(isSale ? "SELL" : "BUY")}&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&newClientOrderId=n{number}")).ConfigureAwait(false);
        return answer.IsOk ? null : answer.ToString();
    }

    public void Dispose() => Array.ForEach(_clients, client => client.Dispose());
}
