using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>
/// Where an <see cref="OrderFold{TRows}"/> keeps its orders: a table in memory, or rows on their way to a store. Rows are named by number;
/// a number is valid until its order has closed and the record has ended. One thread.
/// </summary>
public interface IOrderRows
{
    /// <summary>What changes of the order of a row; the reference is valid until the next order is added, opened or closed.</summary>
    ref OrderProgress Progress(int row);

    /// <summary>The rest of the order of a row; the reference is valid as long as that.</summary>
    ref OrderTerms Terms(int row);

    Symbol Symbol(int symbolId);

    /// <summary>Adds an accepted order, open; returns its row.</summary>
    int Add(in OrderState order);

    /// <summary>Returns the row of an open order that is about to change.</summary>
    /// <exception cref="InvariantBrokenException">There is no such open order: rows and records do not belong together.</exception>
    int Open(long orderId);

    /// <summary>The order of the row has just closed: its status is final.</summary>
    void Closed(int row);

    /// <summary>Both orders are as they stand behind the trade; the maker's, when it is filled, closes next.</summary>
    void Traded(in TradeExecuted trade, int taker, int maker);

    /// <summary>A mass cancel has canceled the order of the row.</summary>
    void MassCanceled(int row);
}
