// Everything that a trader does with ccxt, step by step: node trading.mjs URL
// One line of JSON a step: {"step": name, ...what came of it}; a step that fails says so in "error" and ends the run with 1.
import ccxt from 'ccxt';
import { connect, openAccount } from './exchange.mjs';

const base = process.argv[2];
const symbol = 'BTC/USDT';
const exchange = connect(base, await openAccount(base, { USDT: '100000', BTC: '1' }));

async function step(name, action) {
  try {
    console.log(JSON.stringify({ step: name, ...(await action()) }));
  } catch (error) {
    console.log(JSON.stringify({ step: name, error: `${error.constructor.name}: ${error.message}` }));
    process.exit(1);
  }
}

/** Runs what must be refused; returns ccxt's class of the error. */
async function refusal(action) {
  try {
    await action();
    return 'none';
  } catch (error) {
    if (!(error instanceof ccxt.BaseError)) {
      throw error;
    }

    return error.constructor.name;
  }
}

const essence = ({ id, symbol, type, side, status, price, amount, filled, remaining, cost, postOnly, timeInForce }) =>
  ({ id, symbol, type, side, status, price, amount, filled, remaining, cost, postOnly, timeInForce });

let resting, filled;
const low = 50000;

await step('load markets', async () => {
  const { active, base, quote, precision, limits, spot, maker, taker } = (await exchange.loadMarkets())[symbol];
  return { symbols: exchange.symbols, active, base, quote, precision, limits: { amount: limits.amount, price: limits.price, cost: limits.cost }, spot, maker, taker };
});
await step('time and status', async () => ({ skew: Math.abs(await exchange.fetchTime() - Date.now()), status: (await exchange.fetchStatus()).status }));
await step('book', async () => {
  const { bids, asks, nonce } = await exchange.fetchOrderBook(symbol, 5);
  return { bids, asks, nonce };
});
await step('ticker', async () => {
  const { bid, ask, last, high, low, baseVolume, quoteVolume } = await exchange.fetchTicker(symbol);
  return { bid, ask, last, high, low, baseVolume, quoteVolume };
});
await step('tickers', async () => ({ symbols: Object.keys(await exchange.fetchTickers()).sort(), bids: Object.keys(await exchange.fetchBidsAsks()).sort() }));
await step('candles', async () => {
  const candles = await exchange.fetchOHLCV(symbol, '1m');
  return { count: candles.length, last: candles.at(-1) };
});
await step('trades', async () => {
  const trades = await exchange.fetchTrades(symbol);
  const { id, price, amount, cost, side } = trades.at(-1);
  return { count: trades.length, id, price, amount, cost, side };
});
await step('balances before', async () => {
  const { free, used, total } = await exchange.fetchBalance();
  return { free, used, total };
});
await step('limit order', async () => {
  resting = await exchange.createOrder(symbol, 'limit', 'buy', 0.01, low);
  return essence(resting);
});
await step('fetch order', async () => essence(await exchange.fetchOrder(resting.id, symbol)));
await step('open orders', async () => ({ ids: (await exchange.fetchOpenOrders(symbol)).map(order => order.id), everywhere: (await exchange.fetchOpenOrders()).length }));
await step('held', async () => ({ used: (await exchange.fetchBalance()).used.USDT }));
await step('cancel', async () => essence(await exchange.cancelOrder(resting.id, symbol)));
await step('market order', async () => {
  filled = await exchange.createOrder(symbol, 'market', 'buy', 0.02);
  return { ...essence(filled), average: filled.average, trades: filled.trades.length, fee: filled.fee };
});
await step('market order by cost', async () => essence(await exchange.createMarketBuyOrderWithCost(symbol, 600)));
await step('post-only order', async () => essence(await exchange.createOrder(symbol, 'limit', 'sell', 0.01, 70000, { postOnly: true })));
await step('post-only order that would take', async () =>
  ({ refused: await refusal(() => exchange.createOrder(symbol, 'limit', 'buy', 0.01, 70000, { postOnly: true })) }));
await step('cancel all', async () => ({ canceled: (await exchange.cancelAllOrders(symbol)).length, open: (await exchange.fetchOpenOrders(symbol)).length }));
await step('test order', async () => {
  const before = (await exchange.fetchBalance()).free.USDT;
  await exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { test: true });
  return { held: before - (await exchange.fetchBalance()).free.USDT };
});
await step('my trades', async () => {
  const trades = await exchange.fetchMyTrades(symbol);
  const { id, order, side, takerOrMaker, price, amount, cost, fee } = trades[0];
  return { count: trades.length, id, order, side, takerOrMaker, price, amount, cost, fee };
});
await step('trades of an order', async () => ({ amount: (await exchange.fetchOrderTrades(filled.id, symbol)).reduce((sum, trade) => sum + trade.amount, 0) }));
await step('orders', async () => ({
  statuses: (await exchange.fetchOrders(symbol)).map(order => `${order.type} ${order.status}`),
  closed: (await exchange.fetchClosedOrders(symbol)).length,
  canceled: (await exchange.fetchCanceledOrders(symbol)).length,
}));
await step('fees', async () => {
  const { maker, taker } = await exchange.fetchTradingFee(symbol);
  return { maker, taker, symbols: Object.keys(await exchange.fetchTradingFees()).sort() };
});
await step('refusals', async () => ({
  poor: await refusal(() => exchange.createOrder(symbol, 'limit', 'buy', 5, low)),
  small: await refusal(() => exchange.createOrder(symbol, 'limit', 'buy', 0.00001, low)),
  unknown: await refusal(() => exchange.cancelOrder('999999999', symbol)),
  empty: await refusal(() => exchange.cancelAllOrders(symbol)),
  key: await refusal(() => connect(base, { apiKey: 'nobody', secret: 'none' }).fetchBalance()),
}));
