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
    private const string Delete = "DELETE";

    public static readonly IReadOnlyList<ApiRow> Rows =
    [
        new(Get, "/api/v3/ping", 1, Security.None, [], GeneralEndpoints.Ping),
        new(Get, "/api/v3/time", 1, Security.None, [], GeneralEndpoints.Time),
        new(
            Get, "/api/v3/exchangeInfo", 20, Security.None,
            ["symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus"], GeneralEndpoints.ExchangeInfo),

        new(Get, "/api/v3/depth", MarketDataEndpoints.DepthWeight, Security.None, ["symbol", "limit", "symbolStatus"], MarketDataEndpoints.Depth),
        new(Get, "/api/v3/trades", 25, Security.None, ["symbol", "limit"], MarketDataEndpoints.Trades),
        new(
            Get, "/api/v3/ticker/price", MarketDataEndpoints.TickerWeight, Security.None,
            ["symbol", "symbols", "symbolStatus"], MarketDataEndpoints.TickerPrice),

        new(Post, "/api/v3/order", 1, Security.Trade, OrderParameters.Names, OrderEndpoints.Place) { IsFreeOnSuccess = true },
        new(Post, "/api/v3/order/test", TestOrderEndpoints.Weight, Security.Trade, TestOrderEndpoints.Names, TestOrderEndpoints.Test),
        new(Get, "/api/v3/order", 4, Security.UserData, ["symbol", "orderId", "origClientOrderId"], OrderEndpoints.Get),
        new(
            Delete, "/api/v3/order", 1, Security.Trade,
            ["symbol", "orderId", "origClientOrderId", "newClientOrderId", "cancelRestrictions"], OrderEndpoints.Cancel)
        { IsFreeOnSuccess = true },
        new(Get, "/api/v3/openOrders", OrderEndpoints.OpenOrdersWeight, Security.UserData, ["symbol"], OrderEndpoints.GetOpen),
        new(Delete, "/api/v3/openOrders", 1, Security.Trade, ["symbol"], OrderEndpoints.CancelAll) { IsFreeOnSuccess = true },

        new(Get, "/api/v3/account", 20, Security.UserData, ["omitZeroBalances"], AccountEndpoints.Get),

        new(Post, "/sandbox/accounts", 1, Security.None, [], SandboxEndpoints.OpenAccount) { IsSandboxOnly = true, HasJsonBody = true },
        new(Post, "/sandbox/markets", 1, Security.None, [], SandboxEndpoints.AddMarket) { IsSandboxOnly = true, HasJsonBody = true },
    ];
}
