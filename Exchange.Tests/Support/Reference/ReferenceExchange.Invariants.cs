using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>What holds after every command.</summary>
public sealed partial class ReferenceExchange
{
    public void CheckInvariants()
    {
        foreach (var symbol in _symbols)
        {
            CheckBook(symbol, _books[symbol.Id]);
        }

        var resting = _books.SelectMany(book => book.Orders(Side.Buy).Concat(book.Orders(Side.Sell))).ToList();
        Invariant.That(
            resting.Select(order => order.Id).Order().SequenceEqual(_openOrders.Keys),
            "the open orders are exactly those in the books");
        Invariant.That(resting.Count <= genesis.RestingOrderLimit, "no more orders rest than the exchange may hold");
        Invariant.That(
            resting.Where(order => order.ClientOrderId.Length > 0).GroupBy(order => (order.AccountId, order.ClientOrderId)).All(same => same.Count() == 1),
            "a client order id is unique among the account's open orders");
        CheckHolds(resting);
        _ledger.CheckInvariants();
    }

    private static void CheckBook(Symbol symbol, ReferenceBook book)
    {
        if (book.Best(Side.Buy) is { } bid && book.Best(Side.Sell) is { } ask)
        {
            Invariant.That(bid.Price < ask.Price, $"{symbol.Name} is not crossed: bid {bid.Price}, ask {ask.Price}");
        }

        foreach (var side in new[] { Side.Buy, Side.Sell })
        {
            foreach (var (price, queue) in book.Levels(side))
            {
                Invariant.That(queue.Count > 0, $"{symbol.Name}: a level in the book is not empty");
                Invariant.That(queue.All(order => order.Price == price && order.Side == side), $"{symbol.Name}: orders stand at their own price and side");
                Invariant.That(queue.All(order => order.Leaves > 0), $"{symbol.Name}: an order in the book has leaves");
                Invariant.That(
                    queue.Zip(queue.Skip(1)).All(pair => pair.First.QueuedAt < pair.Second.QueuedAt),
                    $"{symbol.Name}: the queue at {price} is in order of arrival");
            }
        }
    }

    private void CheckHolds(List<ReferenceOrder> resting)
    {
        foreach (var order in resting)
        {
            Invariant.That(
                order.Held == order.Symbol.HoldFor(order.Side, order.Price, order.Leaves),
                $"order {order.Id} holds what its leaves need");
        }

        var expected = resting
            .GroupBy(order => (order.AccountId, order.PaidAssetId))
            .ToDictionary(orders => orders.Key, orders => orders.Aggregate((Int128)0, (sum, order) => sum + order.Held));
        for (var accountId = 1; accountId <= AccountCount; accountId++)
        {
            foreach (var asset in _assets)
            {
                Invariant.That(
                    _ledger.Held(accountId, asset.Id) == expected.GetValueOrDefault((accountId, asset.Id)),
                    $"account {accountId}: held {asset.Name} is the sum of its orders' holds");
            }
        }
    }
}
