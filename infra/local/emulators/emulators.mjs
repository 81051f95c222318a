// Emulators of AWS stores: emulators.mjs HOST NAME=PORT… where NAME is dynamodb, kinesis or sqs (SQS with S3).
// Started from here because their own command lines listen on every address. Prints "ready" when all answer.
import { createRequire } from 'node:module';
import { buildApp } from 'fauxqs';

const require = createRequire(import.meta.url);
const [host, ...asked] = process.argv.slice(2);
const listen = (server, port) => new Promise((done, failed) => server.once('error', failed).listen(port, host, done));
const start = {
  dynamodb: port => listen(require('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }), port),
  kinesis: port => listen(require('kinesalite')({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 100 }), port),
  sqs: port => buildApp({ logger: false, host: host === '0.0.0.0' ? 'localhost' : host }).listen({ port, host }),
};

for (const [name, port] of asked.map(one => one.split('='))) {
  await start[name](Number(port));
}
console.log('ready');
