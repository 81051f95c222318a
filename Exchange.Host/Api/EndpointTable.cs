using Exchange.Host.Api.Endpoints;
using Exchange.Host.Sandbox;

namespace Exchange.Host.Api;

/// <summary>
/// Every endpoint that goes through <see cref="ApiPipeline"/>, one row each (API.md A5, A6, A8). A new endpoint is a new row.
/// </summary>
internal static class EndpointTable
{
    private const string Get = "GET";
    private const string Post = "POST";
    private const string Put = "PUT";
    private const string Delete = "DELETE";

    public static readonly IReadOnlyList<ApiRow> Rows =
    [
        new(Get, "/api/v3/ping", 1, EndpointSecurity.None, [], GeneralEndpoints.Ping),
        new(Get, "/api/v3/time", 1, EndpointSecurity.None, [], GeneralEndpoints.Time),
        new(
            Get, "/api/v3/exchangeInfo", 20, EndpointSecurity.None,
            ["symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus"], GeneralEndpoints.ExchangeInfo),

        new(
            Get, "/api/v3/depth", MarketDataEndpoints.DepthWeight, EndpointSecurity.None,
            ["symbol", "limit", "symbolStatus"], MarketDataEndpoints.Depth),
        new(Get, "/api/v3/trades", 25, EndpointSecurity.None, ["symbol", "limit"], TradeEndpoints.Trades),
        new(Get, "/api/v3/historicalTrades", 25, EndpointSecurity.None, ["symbol", "limit", "fromId"], TradeEndpoints.HistoricalTrades),
        new(
            Get, "/api/v3/aggTrades", 4, EndpointSecurity.None,
            ["symbol", "fromId", "startTime", "endTime", "limit"], TradeEndpoints.AggregateTrades),
        new(Get, "/api/v3/klines", 2, EndpointSecurity.None, CandleEndpoints.Names, CandleEndpoints.Candles),
        new(Get, "/api/v3/uiKlines", 2, EndpointSecurity.None, CandleEndpoints.Names, CandleEndpoints.Candles),
        new(Get, "/api/v3/avgPrice", 2, EndpointSecurity.None, ["symbol"], MarketDataEndpoints.AveragePrice),
        new(
            Get, "/api/v3/ticker/24hr", TickerEndpoints.DayWeight, EndpointSecurity.None,
            ["symbol", "symbols", "type", "symbolStatus"], TickerEndpoints.Day),
        new(
            Get, "/api/v3/ticker/tradingDay", TickerEndpoints.WindowWeight, EndpointSecurity.None,
            ["symbol", "symbols", "timeZone", "type", "symbolStatus"], TickerEndpoints.TradingDay),
        new(
            Get, "/api/v3/ticker", TickerEndpoints.WindowWeight, EndpointSecurity.None,
            ["symbol", "symbols", "windowSize", "type", "symbolStatus"], TickerEndpoints.Window),
        new(
            Get, "/api/v3/ticker/price", MarketDataEndpoints.TickerWeight, EndpointSecurity.None,
            ["symbol", "symbols", "symbolStatus"], MarketDataEndpoints.TickerPrice),
        new(
            Get, "/api/v3/ticker/bookTicker", MarketDataEndpoints.TickerWeight, EndpointSecurity.None,
            ["symbol", "symbols", "symbolStatus"], MarketDataEndpoints.BookTicker),

        new(Post, "/api/v3/order", 1, EndpointSecurity.Trade, OrderParameters.Names, OrderEndpoints.Place) { IsFreeOnSuccess = true },
        new(
            Post, "/api/v3/order/test", TestOrderEndpoints.Weight, EndpointSecurity.Trade, TestOrderEndpoints.Names, TestOrderEndpoints.Test),
        new(Get, "/api/v3/order", 4, EndpointSecurity.UserData, ["symbol", "orderId", "origClientOrderId"], OrderEndpoints.Get),
        new(
            Delete, "/api/v3/order", 1, EndpointSecurity.Trade,
            ["symbol", "orderId", "origClientOrderId", "newClientOrderId", "cancelRestrictions"], OrderEndpoints.Cancel)
        { IsFreeOnSuccess = true },
        new(Put, "/api/v3/order/amend/keepPriority", 4, EndpointSecurity.Trade, AmendEndpoint.Names, AmendEndpoint.Amend),
        new(Get, "/api/v3/openOrders", OrderEndpoints.OpenOrdersWeight, EndpointSecurity.UserData, ["symbol"], OrderEndpoints.GetOpen),
        new(Delete, "/api/v3/openOrders", 1, EndpointSecurity.Trade, ["symbol"], OrderEndpoints.CancelAll) { IsFreeOnSuccess = true },

        new(Get, "/api/v3/allOrders", 20, EndpointSecurity.UserData, HistoryEndpoints.OrderNames, HistoryEndpoints.AllOrders),
        new(
            Get, "/api/v3/myTrades", HistoryEndpoints.TradesWeightOf, EndpointSecurity.UserData,
            HistoryEndpoints.TradeNames, HistoryEndpoints.MyTrades),

        new(Get, "/api/v3/account", 20, EndpointSecurity.UserData, ["omitZeroBalances"], AccountEndpoints.Get),
        new(Get, "/api/v3/account/commission", 20, EndpointSecurity.UserData, ["symbol"], CommissionEndpoints.Get),
        new(Get, "/api/v3/rateLimit/order", 40, EndpointSecurity.UserData, [], RateLimitEndpoints.GetOrderCounts),

        new(Get, "/sapi/v1/system/status", 1, EndpointSecurity.None, [], WalletEndpoints.SystemStatus),
        new(Get, "/sapi/v1/asset/tradeFee", 1, EndpointSecurity.UserData, ["symbol"], CommissionEndpoints.TradeFees),
        new(Get, "/sapi/v1/capital/config/getall", 10, EndpointSecurity.UserData, [], WalletEndpoints.EmptyList),
        new(Get, "/sapi/v1/margin/allPairs", 1, EndpointSecurity.None, ["symbol", .. WalletEndpoints.SignatureNames], WalletEndpoints.EmptyList),
        new(
            Get, "/sapi/v1/margin/isolated/allPairs", 1, EndpointSecurity.None,
            ["symbol", .. WalletEndpoints.SignatureNames], WalletEndpoints.EmptyList),

        new(Post, "/sandbox/accounts", 1, EndpointSecurity.None, [], SandboxEndpoints.OpenAccount)
        { IsSandboxOnly = true, HasJsonBody = true },
        new(Post, "/sandbox/markets", 1, EndpointSecurity.None, [], SandboxEndpoints.AddMarket)
        { IsSandboxOnly = true, HasJsonBody = true },
    ];
}
