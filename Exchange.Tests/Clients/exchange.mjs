import ccxt from 'ccxt';

/**
 * ccxt's Binance class, pointed at an exchange: its URLs, and the options that keep ccxt to the spot REST API.
 * @param {string} base scheme, host and port
 * @param {{apiKey?: string, secret?: string}} keys
 */
export function connect(base, keys = {}) {
  return new ccxt.binance({
    ...keys,
    urls: { api: {
      public: `${base}/api/v3`, private: `${base}/api/v3`, v1: `${base}/api/v1`,
      sapi: `${base}/sapi/v1`, sapiV2: `${base}/sapi/v2`, sapiV3: `${base}/sapi/v3`, sapiV4: `${base}/sapi/v4`,
    } },
    options: {
      defaultType: 'spot',
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      fetchOpenOrders: { warnWithoutSymbol: false },
    },
  });
}

/** Opens a funded account of a sandbox and returns its keys as ccxt takes them. */
export async function openAccount(base, balances) {
  const answer = await fetch(`${base}/sandbox/accounts`, { method: 'POST', body: JSON.stringify({ balances }) });
  if (!answer.ok) {
    throw new Error(`no account was opened: ${answer.status} ${await answer.text()}`);
  }

  const { apiKey, secretKey } = await answer.json();
  return { apiKey, secret: secretKey };
}
