import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { it } from 'node:test';
import { freePort } from './free-port.ts';

const source = new URL('free-port.ts', import.meta.url).href;

it('gives ports that one can listen at, each only once', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  assert.equal(new Set(ports).size, 50);
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  for (const server of servers) server.close();
});

it('gives nothing that systems hand out, not even to Redis Cluster', async () => {
  const port = await freePort();
  assert.ok(port > 10_000 && port + 10_000 < 32_768, `${port}`);
});

it('does not give what another process was given and does not listen at', async () => {
  const own = await freePort();
  const program = `
    const { random } = Math;
    let tries = 0;
    // The first try is the port of the process above.
    Math.random = () => (tries++ === 0 ? ${(own - 10_000.5) / 5_000} : random());
    const { freePort } = await import('${source}');
    console.log(await freePort(), tries > 1);`;
  const args = ['--input-type=module', '-e', program];
  const [port, wasRefused] = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split(' ');
  assert.notEqual(Number(port), own);
  assert.equal(wasRefused, 'true');
});
