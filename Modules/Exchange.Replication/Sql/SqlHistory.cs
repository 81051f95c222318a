using System.Data.Common;
using Dapper;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Sql;

/// <summary>
/// Questions to the SQL store. Any thread. A database call blocks its thread, so only so many run at once; the others wait without one.
/// Every query walks an index and reads no more rows than it returns.
/// </summary>
/// <param name="connect">Returns a new connection, not opened yet.</param>
/// <param name="completeSequence">The replicator's position as far as the store can be used; any thread, without blocking.</param>
/// <param name="queriesAtOnce">See <see cref="SqlOptions.QueriesAtOnce"/>.</param>
/// <param name="patience">How long a query waits for its turn.</param>
internal sealed class SqlHistory(Func<DbConnection> connect, Func<long> completeSequence, int queriesAtOnce, TimeSpan patience) : IHistory, IDisposable
{
    private const string OrderColumns =
        "order_id AS OrderId, account_id AS AccountId, symbol_id AS SymbolId, client_order_id AS ClientOrderId, side AS Side, type AS Type, "
        + "time_in_force AS TimeInForce, status AS Status, expire_reason AS ExpireReason, price AS Price, quantity AS Quantity, "
        + "executed_quantity AS ExecutedQuantity, cumulative_quote AS CumulativeQuote, quote_order_quantity AS QuoteOrderQuantity, "
        + "created_us AS CreatedUs, updated_us AS UpdatedUs, working_us AS WorkingUs";

    private const string FillColumns =
        "trade_id AS TradeId, order_id AS OrderId, side AS Side, is_maker AS IsMaker, price AS Price, quantity AS Quantity, fee AS Fee, time_us AS TimeUs";

    private const string TradeColumns =
        "trade_id AS TradeId, aggregate_trade_id AS AggregateTradeId, taker_side AS TakerSide, price AS Price, quantity AS Quantity, time_us AS TimeUs";

    private readonly SemaphoreSlim _turns = new(queriesAtOnce);

    public bool IsConfigured => true;

    public long CompleteSequence => completeSequence();

    public ValueTask<OrderState?> FindOrderAsync(int accountId, int symbolId, long orderId, CancellationToken cancellationToken) => AskAsync(
        connection => connection.QueryFirstOrDefault<OrderDto>(
            $"SELECT {OrderColumns} FROM orders WHERE order_id = @orderId AND account_id = @accountId AND symbol_id = @symbolId",
            new { orderId, accountId, symbolId })?.ToState(),
        cancellationToken);

    public ValueTask<OrderState?> FindOrderAsync(
        int accountId, int symbolId, ClientOrderId clientOrderId, CancellationToken cancellationToken) => AskAsync(
        connection => connection.QueryFirstOrDefault<OrderDto>(
            $"SELECT {OrderColumns} FROM orders WHERE account_id = @accountId AND symbol_id = @symbolId AND client_order_id = @id "
            + "AND client_order_id <> '' ORDER BY order_id DESC LIMIT 1",
            new { accountId, symbolId, id = clientOrderId.ToString() })?.ToState(),
        cancellationToken);

    public async ValueTask AddOrdersAsync(OrderQuery query, List<OrderState> orders, CancellationToken cancellationToken)
    {
        var found = await AskAsync(connection => QueryOrders(connection, query), cancellationToken).ConfigureAwait(false);
        orders.AddRange(found.Select(order => order.ToState()));
    }

    public async ValueTask AddFillsAsync(FillQuery query, List<AccountFill> fills, CancellationToken cancellationToken)
    {
        var found = await AskAsync(connection => QueryFills(connection, query), cancellationToken).ConfigureAwait(false);
        fills.AddRange(found.Select(fill => fill.ToFill()));
    }

    public async ValueTask AddTradesAsync(TradeQuery query, List<HistoricalTrade> trades, CancellationToken cancellationToken)
    {
        var found = await AskAsync(connection => QueryTrades(connection, query), cancellationToken).ConfigureAwait(false);
        trades.AddRange(found.Select(trade => trade.ToTrade()));
    }

    public void Dispose() => _turns.Dispose();

    private static List<OrderDto> QueryOrders(DbConnection connection, in OrderQuery query)
    {
        // Ids rise with time, so bounds of time become bounds of ids.
        var low = query.FromOrderId;
        if (query.FromUs > 0)
        {
            var first = connection.QueryFirstOrDefault<long?>(
                "SELECT order_id FROM orders WHERE created_us >= @FromUs ORDER BY created_us, order_id LIMIT 1", new { query.FromUs });
            low = Math.Max(low, first ?? long.MaxValue);
        }

        var high = query.ToUs == long.MaxValue
            ? long.MaxValue
            : connection.QueryFirstOrDefault<long?>(
                "SELECT order_id FROM orders WHERE created_us <= @ToUs ORDER BY created_us DESC, order_id DESC LIMIT 1", new { query.ToUs }) ?? -1;
        return Ascending(query.TakesNewest, connection.Query<OrderDto>(
            $"SELECT {OrderColumns} FROM orders WHERE account_id = @AccountId AND symbol_id = @SymbolId AND order_id >= @low AND order_id <= @high "
            + $"ORDER BY order_id {Direction(query.TakesNewest)} LIMIT @Limit",
            new { query.AccountId, query.SymbolId, low, high, query.Limit }));
    }

    private static List<FillDto> QueryFills(DbConnection connection, in FillQuery query)
    {
        var (low, high) = TradeBounds(connection, query.SymbolId, query.FromTradeId, query.FromUs, query.ToUs);
        var direction = Direction(query.TakesNewest);
        var sql = query.OrderId == 0
            ? $"SELECT {FillColumns} FROM fills WHERE account_id = @AccountId AND symbol_id = @SymbolId AND trade_id >= @low AND trade_id <= @high "
                + $"ORDER BY trade_id {direction}, is_maker {direction} LIMIT @Limit"
            : $"SELECT {FillColumns} FROM fills WHERE order_id = @OrderId AND trade_id >= @low AND trade_id <= @high "
                + $"AND account_id = @AccountId AND symbol_id = @SymbolId ORDER BY trade_id {direction} LIMIT @Limit";
        return Ascending(
            query.TakesNewest,
            connection.Query<FillDto>(sql, new { query.AccountId, query.SymbolId, query.OrderId, low, high, query.Limit }));
    }

    private static List<TradeDto> QueryTrades(DbConnection connection, in TradeQuery query)
    {
        var (low, high) = TradeBounds(connection, query.SymbolId, query.FromTradeId, query.FromUs, query.ToUs);
        if (query.FromAggregateTradeId > 0)
        {
            var first = connection.QueryFirstOrDefault<long?>(
                "SELECT trade_id FROM trades WHERE symbol_id = @SymbolId AND aggregate_trade_id >= @FromAggregateTradeId "
                + "ORDER BY aggregate_trade_id, trade_id LIMIT 1",
                new { query.SymbolId, query.FromAggregateTradeId });
            low = Math.Max(low, first ?? long.MaxValue);
        }

        return Ascending(query.TakesNewest, connection.Query<TradeDto>(
            $"SELECT {TradeColumns} FROM trades WHERE symbol_id = @SymbolId AND trade_id >= @low AND trade_id <= @high "
            + $"ORDER BY trade_id {Direction(query.TakesNewest)} LIMIT @Limit",
            new { query.SymbolId, low, high, query.Limit }));
    }

    private static (long Low, long High) TradeBounds(DbConnection connection, int symbolId, long fromTradeId, long fromUs, long toUs)
    {
        var low = fromTradeId;
        if (fromUs > 0)
        {
            var first = connection.QueryFirstOrDefault<long?>(
                "SELECT trade_id FROM trades WHERE symbol_id = @symbolId AND time_us >= @fromUs ORDER BY time_us, trade_id LIMIT 1",
                new { symbolId, fromUs });
            low = Math.Max(low, first ?? long.MaxValue);
        }

        var high = toUs == long.MaxValue
            ? long.MaxValue
            : connection.QueryFirstOrDefault<long?>(
                "SELECT trade_id FROM trades WHERE symbol_id = @symbolId AND time_us <= @toUs ORDER BY time_us DESC, trade_id DESC LIMIT 1",
                new { symbolId, toUs }) ?? -1;
        return (low, high);
    }

    private static string Direction(bool takesNewest) => takesNewest ? "DESC" : "ASC";

    private static List<T> Ascending<T>(bool isDescending, IEnumerable<T> rows)
    {
        var list = rows.AsList();
        if (isDescending)
        {
            list.Reverse();
        }

        return list;
    }

    private async ValueTask<T> AskAsync<T>(Func<DbConnection, T> question, CancellationToken cancellationToken)
    {
        if (completeSequence() == 0)
        {
            throw new HistoryUnavailableException("the history store is not open, or must be rebuilt");
        }

        if (!await _turns.WaitAsync(patience, cancellationToken).ConfigureAwait(false))
        {
            throw new HistoryUnavailableException($"no query of the history store ended within {patience.TotalMilliseconds} ms");
        }

        try
        {
            using var connection = connect();
            connection.Open();
            return question(connection);
        }
        catch (DbException failure)
        {
            throw new HistoryUnavailableException("the history store cannot be read: " + failure.Message, failure);
        }
        finally
        {
            _turns.Release();
        }
    }
}
