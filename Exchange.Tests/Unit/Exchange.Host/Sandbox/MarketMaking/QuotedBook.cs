using Exchange.Host.Sandbox.MarketMaking;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Sandbox.MarketMaking;

/// <summary>The maker's quotes alone, changed by its actions one after another; every quote that would meet another one fails the test.</summary>
internal sealed class QuotedBook
{
    private readonly List<OrderState> _quotes = [];
    private long _lastOrderId;

    public IReadOnlyList<OrderState> Quotes => _quotes;

    public long BestBid => Prices(Side.Buy).Max();

    public long BestAsk => Prices(Side.Sell).Min();

    public IEnumerable<long> Prices(Side side) => _quotes.Where(order => order.Side == side).Select(order => order.Price);

    public void Apply(IEnumerable<QuoteAction> actions)
    {
        foreach (var action in actions)
        {
            switch (action.Kind)
            {
                case QuoteActionKind.Place:
                    Assert.That(_quotes.Select(order => order.ClientOrderId), Has.No.Member(action.ClientOrderId), "a client id is free");
                    Add(action.Side, action.Price, action.Quantity, action.ClientOrderId);
                    break;
                case QuoteActionKind.Move:
                    var index = Find(action.OrderId);
                    CheckFree(action.Side, action.Price);
                    _quotes[index] = _quotes[index] with { Price = action.Price };
                    break;
                case QuoteActionKind.Cancel:
                    _quotes.RemoveAt(Find(action.OrderId));
                    break;
            }
        }
    }

    public void Add(Side side, long price, long quantity, ClientOrderId clientOrderId)
    {
        CheckFree(side, price);
        _quotes.Add(new OrderState
        {
            OrderId = ++_lastOrderId,
            Side = side,
            Price = price,
            Quantity = quantity,
            ClientOrderId = clientOrderId,
            Status = OrderStatus.New,
        });
    }

    /// <summary>Somebody takes lots from a quote; the last ones end it.</summary>
    public void Fill(int index, long lots)
    {
        var order = _quotes[index];
        order.ExecutedQuantity += lots;
        if (order.ExecutedQuantity == order.Quantity)
        {
            _quotes.RemoveAt(index);
        }
        else
        {
            _quotes[index] = order;
        }
    }

    private int Find(long orderId)
    {
        var index = _quotes.FindIndex(order => order.OrderId == orderId);
        Assert.That(index, Is.Not.Negative, $"order {orderId} is open");
        return index;
    }

    private void CheckFree(Side side, long price)
    {
        var meets = _quotes.Any(order => order.Side != side && (side == Side.Buy ? order.Price <= price : order.Price >= price));
        Assert.That(meets, Is.False, $"{side} @{price} meets a quote of the other side");
    }
}
