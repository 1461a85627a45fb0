import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { tryPostgresLogin } from './try-postgres-login.ts';

const authentication = (code: number) => Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, code]);

async function answerOf(reply: Buffer) {
  const server = createServer((socket) => socket.once('data', () => socket.end(reply)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert(address && typeof address === 'object');
  const answer = await tryPostgresLogin('127.0.0.1', address.port);
  server.close();
  return { answer, port: address.port };
}

test('a server that asks for nothing accepts us, one that wants a password or is no PostgreSQL refuses', async () => {
  assert.equal((await answerOf(authentication(0))).answer, 'accepted');
  assert.equal((await answerOf(authentication(10))).answer, 'refused');
  assert.equal((await answerOf(Buffer.from('HTTP/1.1 400 Bad Request'))).answer, 'refused');
});

test('a closed port is unreachable', async () => {
  const { port } = await answerOf(authentication(0));
  assert.equal(await tryPostgresLogin('127.0.0.1', port), 'unreachable');
});
