using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Matching.Ports;

/// <summary>
/// The store of what has left memory, as the modules ask it; they merge its answers with their own recent windows. Any thread. Every answer shows
/// at least what <see cref="CompleteSequence"/> said before the question, whole batches at a time.
/// All questions fail with <see cref="HistoryUnavailableException"/> when the store cannot be read now.
/// </summary>
public interface IHistory
{
    /// <summary>Whether a store is configured at all; without one a question finds nothing.</summary>
    bool IsConfigured { get; }

    /// <summary>
    /// The last sequence whose effects the store shows; 0 as long as it shows none: not opened yet, or to be rebuilt. Rises, except that it may
    /// fall to 0 when the store is found to belong to another journal. Without blocking.
    /// </summary>
    long CompleteSequence { get; }

    /// <summary>Returns the account's order on the symbol, or null.</summary>
    ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken);

    /// <summary>Returns the account's newest order with the client id on the symbol, or null.</summary>
    ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken);

    /// <summary>Adds what the query finds, ascending.</summary>
    ValueTask AddOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken);

    /// <summary>Adds what the query finds, ascending.</summary>
    ValueTask AddFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken);

    /// <summary>Adds what the query finds, ascending.</summary>
    ValueTask AddTradesAsync(TradeQuery query, List<HistoricalTrade> trades, CancellationToken cancellationToken);
}

/// <summary>The history store cannot be read now; nothing was answered. Asking again later may help.</summary>
public sealed class HistoryUnavailableException(string reason, Exception? cause = null) : Exception(reason, cause);
