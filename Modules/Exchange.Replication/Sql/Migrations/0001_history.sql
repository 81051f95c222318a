-- The history of an exchange, in the common subset of SQLite and PostgreSQL. What differs between them is in braces:
-- {clustered}: rows lie in the order of their key; {with: columns}: where they cannot, the key's index carries them too, so that a page of one account is one
-- stretch of one file in both; {bytes}: a column of bytes.
-- Prices are ticks, quantities lots, amounts units of the asset (10^-scale), times journal microseconds since 1970-01-01 UTC.
-- Numbers of sides, types, times in force and reasons are those of the journal; statuses: 1 new, 2 partially filled, 3 filled, 4 canceled, 5 expired.

-- One row: how far the journal was followed. Written in the transaction of the rows that belong to it.
CREATE TABLE replicator_position (
    id SMALLINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    directory {bytes} NOT NULL
);

CREATE TABLE assets (
    asset_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(20) NOT NULL,
    scale SMALLINT NOT NULL
);

-- tick_size and lot_size are 10^-8.
CREATE TABLE symbols (
    symbol_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(20) NOT NULL,
    base_asset_id INTEGER NOT NULL,
    quote_asset_id INTEGER NOT NULL,
    tick_size BIGINT NOT NULL,
    lot_size BIGINT NOT NULL
);

-- Keys, secrets and limits of accounts are never projected.
CREATE TABLE accounts (
    account_id INTEGER NOT NULL PRIMARY KEY,
    opened_us BIGINT NOT NULL
);

CREATE TABLE balances (
    account_id INTEGER NOT NULL,
    asset_id INTEGER NOT NULL,
    free BIGINT NOT NULL,
    held BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (account_id, asset_id)
) {clustered};

-- Every change of what an account owns. kind: 1 deposit or withdrawal, 2 paid in a trade, 3 received in a trade.
-- The account's total (free + held) is the sum of change - fee; the sum of all fees is what the exchange has earned.
CREATE TABLE ledger_entries (
    account_id INTEGER NOT NULL,
    asset_id INTEGER NOT NULL,
    sequence BIGINT NOT NULL,
    entry INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    change BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (account_id, asset_id, sequence, entry)
) {clustered};

CREATE TABLE orders (
    account_id INTEGER NOT NULL,
    symbol_id INTEGER NOT NULL,
    order_id BIGINT NOT NULL,
    client_order_id VARCHAR(36) NOT NULL,
    side SMALLINT NOT NULL,
    type SMALLINT NOT NULL,
    time_in_force SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    expire_reason SMALLINT NOT NULL,
    price BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    executed_quantity BIGINT NOT NULL,
    cumulative_quote BIGINT NOT NULL,
    quote_order_quantity BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    working_us BIGINT NOT NULL,
    PRIMARY KEY (account_id, symbol_id, order_id) {with: client_order_id, side, type, time_in_force, status, expire_reason, price, quantity,
        executed_quantity, cumulative_quote, quote_order_quantity, created_us, updated_us, working_us}
) {clustered};

CREATE UNIQUE INDEX orders_by_id ON orders (order_id);
CREATE INDEX orders_by_client_id ON orders (account_id, symbol_id, client_order_id, order_id) WHERE client_order_id <> '';
CREATE INDEX orders_by_time ON orders (created_us, order_id);

CREATE TABLE trades (
    symbol_id INTEGER NOT NULL,
    trade_id BIGINT NOT NULL,
    aggregate_trade_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    taker_side SMALLINT NOT NULL,
    price BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (symbol_id, trade_id)
) {clustered};

CREATE INDEX trades_by_time ON trades (symbol_id, time_us, trade_id);
CREATE INDEX trades_by_aggregate ON trades (symbol_id, aggregate_trade_id, trade_id);

-- One order's part of a trade; fee in the asset that the order receives.
CREATE TABLE fills (
    account_id INTEGER NOT NULL,
    symbol_id INTEGER NOT NULL,
    trade_id BIGINT NOT NULL,
    is_maker SMALLINT NOT NULL,
    order_id BIGINT NOT NULL,
    side SMALLINT NOT NULL,
    price BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (account_id, symbol_id, trade_id, is_maker) {with: order_id, side, price, quantity, fee, time_us}
) {clustered};

CREATE INDEX fills_by_order ON fills (order_id, trade_id);
