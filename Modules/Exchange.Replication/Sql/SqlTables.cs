using static Exchange.Replication.Sql.SqlType;

namespace Exchange.Replication.Sql;

/// <summary>The tables that batches are written to; made by the migrations. A new table is a migration, an entry here, and its rows in <see cref="RowBatch"/>.</summary>
internal static class SqlTables
{
    public static readonly SqlTable Assets = new("assets", [("asset_id", Integer), ("name", Text), ("scale", SmallInt)]);

    public static readonly SqlTable Symbols = new(
        "symbols",
        [("symbol_id", Integer), ("name", Text), ("base_asset_id", Integer), ("quote_asset_id", Integer), ("tick_size", BigInt), ("lot_size", BigInt)]);

    public static readonly SqlTable Accounts = new("accounts", [("account_id", Integer), ("opened_us", BigInt)]);

    public static readonly SqlTable Audit = new(
        "audit",
        [
            ("sequence", BigInt), ("time_us", BigInt), ("operator_id", Integer), ("request_id", Text), ("reason", Text), ("request_type", SmallInt),
            ("reject_reason", Integer), ("first_sequence", BigInt),
        ]);

    /// <summary>Rows are changes: they are added to what is stored.</summary>
    public static readonly SqlTable Balances = new(
        "balances",
        [("account_id", Integer), ("asset_id", Integer), ("free", BigInt), ("held", BigInt), ("updated_us", BigInt)],
        "account_id, asset_id",
        "free = balances.free + excluded.free, held = balances.held + excluded.held, updated_us = excluded.updated_us");

    public static readonly SqlTable LedgerEntries = new(
        "ledger_entries",
        [
            ("account_id", Integer), ("asset_id", Integer), ("sequence", BigInt), ("entry", Integer), ("kind", SmallInt), ("change", BigInt),
            ("fee", BigInt), ("time_us", BigInt),
        ]);

    /// <summary>Orders that the batch added.</summary>
    public static readonly SqlTable Orders = new(
        "orders",
        [
            ("order_id", BigInt), ("account_id", Integer), ("symbol_id", Integer), ("client_order_id", Text), ("side", SmallInt), ("type", SmallInt),
            ("time_in_force", SmallInt), ("status", SmallInt), ("expire_reason", SmallInt), ("price", BigInt), ("quantity", BigInt),
            ("executed_quantity", BigInt), ("cumulative_quote", BigInt), ("quote_order_quantity", BigInt), ("created_us", BigInt),
            ("updated_us", BigInt), ("working_us", BigInt),
        ]);

    /// <summary>Orders that were there before the batch.</summary>
    public static readonly SqlTable ChangedOrders = Orders with
    {
        Key = "account_id, symbol_id, order_id",
        Merge = "status = excluded.status, expire_reason = excluded.expire_reason, price = excluded.price, quantity = excluded.quantity, "
            + "executed_quantity = excluded.executed_quantity, cumulative_quote = excluded.cumulative_quote, updated_us = excluded.updated_us, "
            + "working_us = excluded.working_us",
    };

    public static readonly SqlTable Trades = new(
        "trades",
        [
            ("symbol_id", Integer), ("trade_id", BigInt), ("aggregate_trade_id", BigInt), ("sequence", BigInt), ("taker_side", SmallInt),
            ("price", BigInt), ("quantity", BigInt), ("time_us", BigInt),
        ]);

    public static readonly SqlTable Fills = new(
        "fills",
        [
            ("account_id", Integer), ("symbol_id", Integer), ("trade_id", BigInt), ("is_maker", SmallInt), ("order_id", BigInt), ("side", SmallInt),
            ("price", BigInt), ("quantity", BigInt), ("fee", BigInt), ("time_us", BigInt),
        ]);

    /// <summary>Rows are what a batch's trades add to a minute.</summary>
    public static readonly SqlTable Candles = new(
        "candles",
        [
            ("symbol_id", Integer), ("start_us", BigInt), ("open_price", BigInt), ("high_price", BigInt), ("low_price", BigInt),
            ("close_price", BigInt), ("first_trade_id", BigInt), ("trade_count", BigInt), ("volume", BigInt), ("quote_volume", BigInt),
            ("taker_buy_volume", BigInt), ("taker_buy_quote_volume", BigInt),
        ],
        "symbol_id, start_us",
        "high_price = CASE WHEN excluded.high_price > candles.high_price THEN excluded.high_price ELSE candles.high_price END, "
            + "low_price = CASE WHEN excluded.low_price < candles.low_price THEN excluded.low_price ELSE candles.low_price END, "
            + "close_price = excluded.close_price, trade_count = candles.trade_count + excluded.trade_count, "
            + string.Join(", ", new[] { "volume", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume" }.Select(SumWithinRange)));

    public static readonly SqlTable[] All = [Assets, Symbols, Accounts, Audit, Balances, LedgerEntries, Orders, ChangedOrders, Trades, Fills, Candles];

    private static string SumWithinRange(string column) =>
        $"{column} = CASE WHEN candles.{column} > {long.MaxValue} - excluded.{column} THEN {long.MaxValue} ELSE candles.{column} + excluded.{column} END";
}
