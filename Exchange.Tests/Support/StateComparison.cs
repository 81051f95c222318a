using Exchange.Accounts;
using Exchange.MarketData;
using Exchange.Matching.Engine;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Tests.Support.Reference;

namespace Exchange.Tests.Support;

/// <summary>Compares an engine and its views with the reference exchange: books, balances, fees, open orders.</summary>
internal static class StateComparison
{
    /// <summary>Returns the first difference in words, or null. Only between commands: the reference knows no half-done work.</summary>
    public static string? FirstDifference<TRisk, TLedger>(
        MatchingEngine<TRisk, TLedger> engine, Ledger ledger, AccountsModule accounts, MarketDataView marketData, OrdersView orders, ReferenceExchange reference)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        if (engine.FindInconsistency() is { } fault)
        {
            return $"the engine contradicts itself: {fault}";
        }

        reference.CheckInvariants();
        return FirstBookDifference(engine, marketData, reference)
            ?? FirstAccountDifference(ledger, accounts, orders, reference)
            ?? reference.Assets.Where(asset => ledger.FeesCollected(asset.Id) != reference.FeesCollected(asset.Id))
                .Select(asset => $"fees in {asset.Name}: {ledger.FeesCollected(asset.Id)}, reference {reference.FeesCollected(asset.Id)}").FirstOrDefault();
    }

    private static string? FirstBookDifference<TRisk, TLedger>(
        MatchingEngine<TRisk, TLedger> engine, MarketDataView marketData, ReferenceExchange reference)
        where TRisk : struct, IRisk
        where TLedger : struct, ILedger
    {
        List<DepthLevel> bids = [];
        List<DepthLevel> asks = [];
        foreach (var symbol in reference.Symbols)
        {
            marketData.CopyDepth(symbol.Id, int.MaxValue, bids, asks);
            foreach (var side in (Side[])[Side.Buy, Side.Sell])
            {
                var resting = engine.InspectOrders(symbol.Id, side).Select(order =>
                    new RestingOrder(order.OrderId, order.AccountId, order.ClientOrderId.ToString(), order.Price, order.Leaves));
                var levels = (side == Side.Buy ? bids : asks).Select(level => new LevelTotal(level.Price, level.Quantity));
                if (Difference(resting, reference.OpenOrders(symbol.Id, side)) is { } ordersDiffer)
                {
                    return $"{symbol.Name} {side}, orders: {ordersDiffer}";
                }

                if (Difference(levels, reference.Levels(symbol.Id, side)) is { } depthDiffers)
                {
                    return $"{symbol.Name} {side}, depth view: {depthDiffers}";
                }
            }
        }

        return null;
    }

    private static string? FirstAccountDifference(Ledger ledger, AccountsModule accounts, OrdersView orders, ReferenceExchange reference)
    {
        if (ledger.AccountCount != reference.AccountCount)
        {
            return $"{ledger.AccountCount} accounts, reference {reference.AccountCount}";
        }

        var openByAccount = reference.Symbols
            .SelectMany(symbol => reference.OpenOrders(symbol.Id, Side.Buy).Concat(reference.OpenOrders(symbol.Id, Side.Sell)))
            .ToLookup(order => order.AccountId);
        var balances = new List<Balance>();
        var open = new List<OrderState>();
        for (var accountId = 1; accountId <= reference.AccountCount; accountId++)
        {
            accounts.CopyBalances(accountId, balances);
            foreach (var asset in reference.Assets)
            {
                var expected = reference.Balance(accountId, asset.Id);
                var held = new Funds(ledger.Free(accountId, asset.Id), ledger.Held(accountId, asset.Id));
                var shown = new Funds(balances[asset.Id].Free, balances[asset.Id].Held);
                if (held != expected || shown != expected)
                {
                    return $"account {accountId} {asset.Name}: ledger {held}, view {shown}, reference {expected}";
                }
            }

            orders.CopyOpen(accountId, null, open);
            var seen = open.Select(order =>
                new RestingOrder(order.OrderId, order.AccountId, order.ClientOrderId.ToString(), order.Price, order.Quantity - order.ExecutedQuantity));
            if (Difference(seen, openByAccount[accountId].OrderBy(order => order.OrderId)) is { } ordersDiffer)
            {
                return $"account {accountId}, orders view: {ordersDiffer}";
            }
        }

        return null;
    }

    private static string? Difference<T>(IEnumerable<T> actual, IEnumerable<T> expected)
    {
        var (one, other) = (actual.ToList(), expected.ToList());
        return one.SequenceEqual(other) ? null : $"[{string.Join(", ", one)}], reference [{string.Join(", ", other)}]";
    }
}
