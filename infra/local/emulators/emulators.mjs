// Emulators of DynamoDB, Kinesis, and SQS with S3 in one process: emulators.mjs HOST DYNAMODB_PORT KINESIS_PORT SQS_PORT
// In one process because their own command lines listen on every address. Prints "ready" when all answer.
import { createRequire } from 'node:module';
import { buildApp } from 'fauxqs';

const require = createRequire(import.meta.url);
const [host, dynamodb, kinesis, sqs] = process.argv.slice(2);
const listen = (server, port) => new Promise((done, failed) => server.once('error', failed).listen(Number(port), host, done));

await listen(require('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }), dynamodb);
await listen(require('kinesalite')({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 100 }), kinesis);
await buildApp({ logger: false, host: host === '0.0.0.0' ? 'localhost' : host }).listen({ port: Number(sqs), host });
console.log('ready');
