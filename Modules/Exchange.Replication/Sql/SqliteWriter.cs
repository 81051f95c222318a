using System.Text;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;
using Microsoft.Data.Sqlite;

namespace Exchange.Replication.Sql;

/// <summary>
/// Writes row batches into SQLite: one transaction each, which moves the position too. The writer for PostgreSQL will have the same two
/// methods. One thread.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Action<string>? _beforeStatement;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _position;
    private readonly SqliteStatement _directory;
    private readonly SqliteStatement _asset;
    private readonly SqliteStatement _symbol;
    private readonly SqliteStatement _account;
    private readonly SqliteStatement _balance;
    private readonly SqliteStatement _ledgerEntry;
    private readonly SqliteStatement _order;
    private readonly SqliteStatement _trade;
    private readonly SqliteStatement _fill;
    private readonly SqliteStatement _storedOrder;

    /// <param name="connection">Owned from here on.</param>
    /// <param name="beforeStatement">For tests: told what is about to run; what it throws is a failure of the statement.</param>
    public SqliteWriter(SqliteConnection connection, Action<string>? beforeStatement = null)
    {
        _connection = connection;
        _beforeStatement = beforeStatement;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _position = Prepare("UPDATE replicator_position SET epoch = ?1, sequence = ?2, time_us = ?3, fingerprint = ?4 WHERE id = 1 AND sequence = ?5");
        _directory = Prepare("UPDATE replicator_position SET directory = ?1 WHERE id = 1");
        _asset = Prepare("INSERT INTO assets (asset_id, name, scale) VALUES (?1, ?2, ?3)");
        _symbol = Prepare(
            "INSERT INTO symbols (symbol_id, name, base_asset_id, quote_asset_id, tick_size, lot_size) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _account = Prepare("INSERT INTO accounts (account_id, opened_us) VALUES (?1, ?2)");
        _balance = Prepare(
            "INSERT INTO balances (account_id, asset_id, free, held, updated_us) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account_id, asset_id) "
            + "DO UPDATE SET free = balances.free + excluded.free, held = balances.held + excluded.held, updated_us = excluded.updated_us");
        _ledgerEntry = Prepare(
            "INSERT INTO ledger_entries (account_id, asset_id, sequence, entry, kind, change, fee, time_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        _order = Prepare(
            "INSERT INTO orders (order_id, account_id, symbol_id, client_order_id, side, type, time_in_force, status, expire_reason, price, quantity, "
            + "executed_quantity, cumulative_quote, quote_order_quantity, created_us, updated_us, working_us) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT (account_id, symbol_id, order_id) DO UPDATE SET "
            + "status = excluded.status, expire_reason = excluded.expire_reason, price = excluded.price, quantity = excluded.quantity, "
            + "executed_quantity = excluded.executed_quantity, cumulative_quote = excluded.cumulative_quote, updated_us = excluded.updated_us, "
            + "working_us = excluded.working_us");
        _trade = Prepare(
            "INSERT INTO trades (symbol_id, trade_id, aggregate_trade_id, sequence, taker_side, price, quantity, time_us) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        _fill = Prepare(
            "INSERT INTO fills (account_id, symbol_id, trade_id, is_maker, order_id, side, price, quantity, fee, time_us) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        _storedOrder = Prepare(
            "SELECT account_id, symbol_id, client_order_id, side, type, time_in_force, status, expire_reason, price, quantity, executed_quantity, "
            + "cumulative_quote, quote_order_quantity, created_us, updated_us, working_us FROM orders WHERE order_id = ?1");
    }

    /// <summary>Returns the position and the symbol directory that the store keeps; zero and nothing when it is new.</summary>
    public (JournalPosition Position, byte[] Directory) ReadPosition()
    {
        Run(Prepare("INSERT INTO replicator_position (id, epoch, sequence, time_us, fingerprint, directory) "
            + "VALUES (1, 0, 0, 0, 0, x'') ON CONFLICT (id) DO NOTHING"), "first position");
        var read = Prepare("SELECT epoch, sequence, time_us, fingerprint, directory FROM replicator_position WHERE id = 1");
        Invariant.That(read.Read(), "a history store has a position");
        var result = (new JournalPosition(read.Integer(0), read.Integer(1), read.Integer(2), read.Integer(3)), read.Bytes(4).ToArray());
        read.Reset();
        return result;
    }

    public bool TryReadOrder(long orderId, out OrderState order)
    {
        order = default;
        if (!_storedOrder.Bind(1, orderId).Read())
        {
            return false;
        }

        order = new OrderState
        {
            OrderId = orderId,
            AccountId = (int)_storedOrder.Integer(0),
            SymbolId = (int)_storedOrder.Integer(1),
            ClientOrderId = new ClientOrderId(_storedOrder.Bytes(2)),
            Side = (Side)_storedOrder.Integer(3),
            Type = (OrderType)_storedOrder.Integer(4),
            TimeInForce = (TimeInForce)_storedOrder.Integer(5),
            Status = (OrderStatus)_storedOrder.Integer(6),
            ExpireReason = (ExpireReason)_storedOrder.Integer(7),
            Price = _storedOrder.Integer(8),
            Quantity = _storedOrder.Integer(9),
            ExecutedQuantity = _storedOrder.Integer(10),
            CumulativeQuote = _storedOrder.Integer(11),
            QuoteOrderQuantity = _storedOrder.Integer(12),
            CreatedUs = _storedOrder.Integer(13),
            UpdatedUs = _storedOrder.Integer(14),
            WorkingUs = _storedOrder.Integer(15),
        };
        _storedOrder.Reset();
        return true;
    }

    /// <summary>Writes a batch and moves the position, in one transaction.</summary>
    /// <param name="previous">Where the store must stand: another writer, or a batch that is stored already, is found by it.</param>
    /// <exception cref="SqliteException">A statement failed, nothing is stored, and the writer must be disposed. After a failed commit the position tells
    /// whether it was carried out.</exception>
    public void Write(RowBatch batch, in JournalPosition previous, in JournalPosition next)
    {
        Run(_begin, "begin");
        Run(_position.Bind(1, next.Epoch).Bind(2, next.Sequence).Bind(3, next.TimeUs).Bind(4, next.Fingerprint).Bind(5, previous.Sequence), "position");
        if (SQLitePCL.raw.sqlite3_changes(_connection.Handle) != 1)
        {
            throw new InvalidOperationException($"the store does not stand at sequence {previous.Sequence} any more: somebody else writes it");
        }

        WriteAdministration(batch);
        foreach (var (key, change) in batch.Balances)
        {
            Run(_balance.Bind(1, key.AccountId).Bind(2, key.AssetId).Bind(3, change.Free).Bind(4, change.Held).Bind(5, change.UpdatedUs), "balance");
        }

        foreach (var row in batch.LedgerEntries)
        {
            Run(
                _ledgerEntry.Bind(1, row.AccountId).Bind(2, row.AssetId).Bind(3, row.Sequence).Bind(4, row.Entry).Bind(5, (long)row.Kind)
                    .Bind(6, row.Change).Bind(7, row.Fee).Bind(8, row.TimeUs),
                "ledger entry");
        }

        batch.Orders.ForEachChanged(Write);
        foreach (var row in batch.Trades)
        {
            Run(
                _trade.Bind(1, row.SymbolId).Bind(2, row.TradeId).Bind(3, row.AggregateTradeId).Bind(4, row.Sequence).Bind(5, (long)row.TakerSide)
                    .Bind(6, row.Price).Bind(7, row.Quantity).Bind(8, row.TimeUs),
                "trade");
        }

        foreach (var row in batch.Fills)
        {
            Run(
                _fill.Bind(1, row.AccountId).Bind(2, row.SymbolId).Bind(3, row.TradeId).Bind(4, row.IsMaker).Bind(5, row.OrderId)
                    .Bind(6, (long)row.Side).Bind(7, row.Price).Bind(8, row.Quantity).Bind(9, row.Fee).Bind(10, row.TimeUs),
                "fill");
        }

        Run(_commit, "commit");
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private void WriteAdministration(RowBatch batch)
    {
        if (batch.Directory is { } directory)
        {
            Run(_directory.BindBytes(1, directory), "directory");
        }

        foreach (var asset in batch.Assets)
        {
            Run(_asset.Bind(1, asset.Id).BindText(2, Encoding.UTF8.GetBytes(asset.Name)).Bind(3, asset.Scale), "asset");
        }

        foreach (var symbol in batch.Symbols)
        {
            Run(
                _symbol.Bind(1, symbol.Id).BindText(2, Encoding.UTF8.GetBytes(symbol.Name)).Bind(3, symbol.BaseAsset.Id).Bind(4, symbol.QuoteAsset.Id)
                    .Bind(5, symbol.Spec.TickSize).Bind(6, symbol.Spec.LotSize),
                "symbol");
        }

        foreach (var account in batch.Accounts)
        {
            Run(_account.Bind(1, account.AccountId).Bind(2, account.OpenedUs), "account");
        }
    }

    private void Write(OrderState order) => Run(
        _order.Bind(1, order.OrderId).Bind(2, order.AccountId).Bind(3, order.SymbolId).BindText(4, order.ClientOrderId.Bytes)
            .Bind(5, (long)order.Side).Bind(6, (long)order.Type).Bind(7, (long)order.TimeInForce).Bind(8, (long)order.Status)
            .Bind(9, (long)order.ExpireReason).Bind(10, order.Price).Bind(11, order.Quantity).Bind(12, order.ExecutedQuantity)
            .Bind(13, order.CumulativeQuote).Bind(14, order.QuoteOrderQuantity).Bind(15, order.CreatedUs).Bind(16, order.UpdatedUs)
            .Bind(17, order.WorkingUs),
        "order");

    private void Run(SqliteStatement statement, string what)
    {
        _beforeStatement?.Invoke(what);
        statement.Execute();
    }

    private SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(_connection.Handle!, sql);
        _statements.Add(statement);
        return statement;
    }
}
