-- rebuild: what these tables hold of the past comes from the journal alone.

-- What was traded in one minute. Prices in ticks, volumes in lots, quote volumes in units of the quote asset; sums end at the greatest number of a BIGINT.
CREATE TABLE candles (
    symbol_id INTEGER NOT NULL,
    start_us BIGINT NOT NULL,
    open_price BIGINT NOT NULL,
    high_price BIGINT NOT NULL,
    low_price BIGINT NOT NULL,
    close_price BIGINT NOT NULL,
    first_trade_id BIGINT NOT NULL,
    trade_count BIGINT NOT NULL,
    volume BIGINT NOT NULL,
    quote_volume BIGINT NOT NULL,
    taker_buy_volume BIGINT NOT NULL,
    taker_buy_quote_volume BIGINT NOT NULL,
    PRIMARY KEY (symbol_id, start_us)
) {clustered};

-- Every administrative command, carried out or refused (reject_reason is not 0). operator_id 0 is the exchange itself; request_id is 32 hexadecimal
-- digits, empty for the exchange's own; first_sequence is where a repeated request took effect, otherwise 0. What was asked for is in the journal: it may hold secrets.
CREATE TABLE audit (
    sequence BIGINT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    operator_id INTEGER NOT NULL,
    request_id VARCHAR(32) NOT NULL,
    reason VARCHAR(256) NOT NULL,
    request_type SMALLINT NOT NULL,
    reject_reason INTEGER NOT NULL,
    first_sequence BIGINT NOT NULL
);
