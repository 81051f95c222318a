namespace Exchange.Matching.Views;

/// <summary>
/// Orders of an account on a symbol. All bounds hold together; times are those of acceptance, so they rise with the ids.
/// The answer ascends by id.
/// </summary>
/// <param name="FromOrderId">Least id; 0 for no bound.</param>
/// <param name="FromUs">Earliest time, journal microseconds; 0 for no bound.</param>
/// <param name="ToUs">Latest time, journal microseconds, inclusive; <see cref="long.MaxValue"/> for no bound.</param>
/// <param name="Limit">Most orders, at least 1.</param>
/// <param name="TakesNewest">With more than the limit: the newest of them; otherwise the oldest.</param>
public readonly record struct OrderQuery(
    int AccountId, int SymbolId, long FromOrderId, long FromUs, long ToUs, int Limit, bool TakesNewest);

/// <summary>Fills of an account on a symbol. All bounds hold together; trade ids rise with time. The answer ascends by trade id.</summary>
/// <param name="OrderId">Those of one order; 0 for all.</param>
/// <param name="FromTradeId">Least trade id; 0 for no bound.</param>
/// <param name="FromUs">Earliest time, journal microseconds; 0 for no bound.</param>
/// <param name="ToUs">Latest time, journal microseconds, inclusive; <see cref="long.MaxValue"/> for no bound.</param>
/// <param name="Limit">Most fills, at least 1.</param>
/// <param name="TakesNewest">With more than the limit: the newest of them; otherwise the oldest.</param>
public readonly record struct FillQuery(
    int AccountId, int SymbolId, long OrderId, long FromTradeId, long FromUs, long ToUs, int Limit, bool TakesNewest);

/// <summary>Trades of a symbol, whoever made them. All bounds hold together; both ids rise with time. The answer ascends by trade id.</summary>
/// <param name="FromTradeId">Least trade id; 0 for no bound.</param>
/// <param name="FromAggregateTradeId">Least aggregate trade id; 0 for no bound.</param>
/// <param name="FromUs">Earliest time, journal microseconds; 0 for no bound.</param>
/// <param name="ToUs">Latest time, journal microseconds, inclusive; <see cref="long.MaxValue"/> for no bound.</param>
/// <param name="Limit">Most trades, at least 1.</param>
/// <param name="TakesNewest">With more than the limit: the newest of them; otherwise the oldest.</param>
public readonly record struct TradeQuery(
    int SymbolId, long FromTradeId, long FromAggregateTradeId, long FromUs, long ToUs, int Limit, bool TakesNewest);

/// <summary>One order's part of a trade.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots.</param>
/// <param name="Fee">Units of the asset that the order receives.</param>
/// <param name="TimeUs">Journal microseconds.</param>
public readonly record struct AccountFill(
    long TradeId, long OrderId, bool IsBuyer, bool IsMaker, long Price, long Quantity, long Fee, long TimeUs);

/// <summary>A trade as everybody may see it.</summary>
/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots.</param>
/// <param name="TimeUs">Journal microseconds.</param>
/// <param name="IsBuyerMaker">The buyer's order was resting.</param>
public readonly record struct HistoricalTrade(
    long TradeId, long AggregateTradeId, long Price, long Quantity, long TimeUs, bool IsBuyerMaker);
