import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportReady, setting } from './child.ts';

// Answers with bytes that were ready before, in turn, and reads of a request only which operation it names: what Node.js
// can do at most.

const texts = JSON.parse(readFileSync(setting('ANSWERS_FILE'), 'utf8')) as Record<string, string[]>;
const answers = Object.entries(texts).map(([operation, all]) => ({
  mark: `"operationName":"${operation}"`,
  all: all.map((text) => Buffer.from(text)),
  next: 0,
}));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const head = (chunks[0] ?? Buffer.alloc(0)).toString('latin1', 0, 64);
    const found = answers.find(({ mark }) => head.includes(mark));
    if (!found) return void response.writeHead(404).end();
    const body = found.all[found.next++ % found.all.length] ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  reportReady({ gateway: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
