using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>A resting order as an inspection sees it. Prices in ticks, leaves in lots.</summary>
internal readonly record struct InspectedOrder(long OrderId, int AccountId, ClientOrderId ClientOrderId, long Price, long Leaves);

public sealed unsafe partial class MatchingEngine<TRisk, TLedger>
{
    /// <summary>The ledger port; for inspection while no thread runs the engine.</summary>
    internal TLedger Ledger => _ledger;

    /// <summary>The risk port; for inspection while no thread runs the engine.</summary>
    internal TRisk Risk => _risk;

    /// <summary>Accounts' lists of orders on a symbol, which stay; for inspection while no thread runs the engine.</summary>
    internal int AccountOrdersCount => _orders.AccountOrdersCount;

    /// <summary>Returns the resting orders of one side, best price first, oldest first; for inspection while no thread runs the engine.</summary>
    internal List<InspectedOrder> InspectOrders(int symbolId, Side side)
    {
        var found = new List<InspectedOrder>();
        var ladder = _books[symbolId].Ladder(side);
        for (var level = ladder.FirstAfter(-1, out var key); level != null; level = ladder.FirstAfter(key, out key))
        {
            for (var slot = level->First; slot != 0; slot = _orders[slot].Next)
            {
                ref readonly var order = ref _orders[slot];
                found.Add(new InspectedOrder(order.OrderId, order.AccountId, _orders.ClientOrderIdOf(slot), order.Price, order.Leaves));
            }
        }

        return found;
    }
}
