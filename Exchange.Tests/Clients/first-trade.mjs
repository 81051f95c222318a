// Opens a sandbox account, buys, and shows what came of it: node first-trade.mjs [URL]
import { connect, openAccount } from './exchange.mjs';

const base = process.argv[2] ?? 'http://127.0.0.1:8080';
const exchange = connect(base, await openAccount(base, { USDT: '100000' }));

await exchange.loadMarkets();
const { bid, ask } = await exchange.fetchTicker('BTC/USDT');
console.log(`BTC/USDT is at ${bid} / ${ask}`);

const order = await exchange.createOrder('BTC/USDT', 'market', 'buy', 0.2);
console.log(`order ${order.id}: ${order.status}, bought ${order.filled} BTC for ${order.cost} USDT`);
for (const trade of await exchange.fetchMyTrades('BTC/USDT')) {
  console.log(`trade ${trade.id}: ${trade.amount} at ${trade.price}, fee ${trade.fee.cost} ${trade.fee.currency}`);
}

const { total } = await exchange.fetchBalance();
console.log(`you have ${total.BTC} BTC and ${total.USDT} USDT`);
