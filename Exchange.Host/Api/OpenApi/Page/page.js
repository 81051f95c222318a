'use strict';

const secretHeader = 'X-Exchange-Secret-Key';
const balances = { USDT: '100000', BTC: '1', ETH: '10', SOL: '100' };

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', paint);
paint();

const ui = SwaggerUIBundle({
  url: '/openapi/v1.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: sign,
});

// The secret comes in as a header because the page has no other place for it; it goes no further than this function.
async function sign(request) {
  const secret = request.headers[secretHeader];
  delete request.headers[secretHeader];
  if (!secret) {
    return request;
  }

  const [path, query = ''] = request.url.split('?');
  const pairs = query.split('&').filter(pair => pair && !/^(timestamp|signature)=/.test(pair));
  const payload = [...pairs, `timestamp=${Date.now()}`].join('&');
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', text.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, text.encode(payload)));
  const signature = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  request.url = `${path}?${payload}&signature=${signature}`;
  return request;
}

const button = document.getElementById('open-account');
const output = document.getElementById('account');
button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const answer = await fetch('/sandbox/accounts', { method: 'POST', body: JSON.stringify({ balances }) });
    const account = await answer.json();
    if (!answer.ok) {
      throw new Error(account.msg);
    }

    ui.preauthorizeApiKey('apiKey', account.apiKey);
    ui.preauthorizeApiKey('secretKey', account.secretKey);
    output.textContent = `Account ${account.accountId} signs from now on.`;
  } catch (failure) {
    output.textContent = `No account was opened: ${failure.message}`;
  } finally {
    button.disabled = false;
  }
});
