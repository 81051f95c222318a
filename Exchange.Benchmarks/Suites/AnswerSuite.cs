using BenchmarkDotNet.Attributes;
using Exchange.Benchmarks.Workloads;
using Exchange.Host.Api;
using Exchange.Host.Api.Endpoints;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Benchmarks.Suites;

/// <summary>What an order's answer costs once it is known.</summary>
public class AnswerSuite
{
    private readonly ApiRequest.PoolPolicy _pool = new();
    private readonly ApiRequest _request = new();
    private readonly Symbol _symbol = new(0, WorkloadMarket.Spec(0, "BTC"), new Asset(0, "BTC", 8), new Asset(1, "USDT", 8));
    private readonly OrderState _order = new()
    {
        OrderId = 1_234_567,
        AccountId = 7,
        ClientOrderId = ClientOrderId.From("x-abcdefghijklmnopqrst"),
        Side = Side.Buy,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Gtc,
        Status = OrderStatus.PartiallyFilled,
        Price = 40_123_450,
        Quantity = 100,
        ExecutedQuantity = 30,
        CumulativeQuote = 1_203_703_500,
        CreatedUs = 1_795_000_000_000_000,
        UpdatedUs = 1_795_000_000_100_000,
        WorkingUs = 1_795_000_000_000_000,
    };

    /// <summary>An order as `GET order` tells it.</summary>
    [Benchmark]
    public int WriteOrder()
    {
        OrderJson.WriteQueried(_request, _symbol, _order);
        var length = _request.Finish().Length;
        _pool.Return(_request);
        return length;
    }
}
