import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { createTestAuthority } from '@tiffin/lib/testing/test-certificates';
import { portVariable, urlVariable } from '@tiffin/lib/topology/process-config';
import { type SpawnedProcess, spawnTiffin } from './spawn-platform.ts';
import { componentsOf, splitSettings } from './split-settings.ts';
import { clientOf } from './start-platform.ts';

const subgraphs = componentsOf('subgraph');

// Services, subgraphs and gateway in a process each, so that every query crosses a link of either kind. With the Kafka of
// lib/testing/real-kafka.
describe('a platform whose links are encrypted, with certificates on both ends', () => {
  let postgres: RealPostgres;
  let redis: RealRedis;
  let gateway: SpawnedProcess;
  let gatewayEnv: Record<string, string>;
  let subgraphAddress: string;
  const processes: SpawnedProcess[] = [];
  const cleanups: (() => Promise<void>)[] = [];

  async function start(names: readonly string[], env: Record<string, string>): Promise<SpawnedProcess> {
    const started = await spawnTiffin(['--run', names.join()], env);
    processes.push(started);
    return started;
  }

  before(async () => {
    [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
    const authority = await createTestAuthority({ after: (cleanup) => void cleanups.push(cleanup) });
    const own = await authority.sign('tiffin', ['IP:127.0.0.1']);
    const shared = {
      ...(await splitSettings({ postgres, redis })),
      INTERNAL_TLS: 'mutual',
      INTERNAL_TLS_CERT: own.cert,
      INTERNAL_TLS_KEY: own.key,
      INTERNAL_TLS_CA: authority.ca,
    };
    await start(componentsOf('service'), shared);
    const ports = Object.fromEntries(subgraphs.map((name) => [portVariable(name), '0']));
    const answering = await start(subgraphs, { ...shared, ...ports });
    subgraphAddress = answering.addressOf('shop-subgraph');
    const urls = subgraphs.map((name) => [urlVariable(name), `${answering.addressOf(name)}/graphql`]);
    gatewayEnv = { ...shared, PORT: '0', ...Object.fromEntries(urls) };
    gateway = await start(['gateway'], gatewayEnv);
  });
  after(async () => {
    await Promise.all(processes.map((running) => running.end('SIGKILL')));
    await Promise.all([postgres?.drop(), redis?.stop(), ...cleanups.map((cleanup) => cleanup())]);
  });

  it('answers a query over services and subgraphs', async () => {
    const client = clientOf(gateway.addressOf('gateway'));
    const token = await client.logIn('customer');
    const query = '{ me { displayName reviews(first: 5) { edges { node { shop { name } } } } } }';
    const { data, errors } = await client.query(query, { token });
    assert.equal(errors, undefined);
    assert.equal(data.me.reviews.edges.length, 5);
  });

  it("the images' health check asks a subgraph as it answers", async () => {
    const { port } = new URL(subgraphAddress);
    const ready = fileURLToPath(new URL('../docker/ready.mjs', import.meta.url));
    const check = (mode: string) =>
      new Promise((resolve) => {
        const env = { SHOP_SUBGRAPH_PORT: port, INTERNAL_TLS: mode };
        execFile(process.execPath, [ready, 'SHOP_SUBGRAPH_PORT'], { env }, (error) =>
          resolve(error ? error.code : 0),
        );
      });
    assert.deepEqual(await Promise.all(['mutual', 'on', 'off'].map(check)), [0, 0, 1]);
  });

  it('a gateway without a certificate gets nothing', async () => {
    const { INTERNAL_TLS_CERT: _cert, INTERNAL_TLS_KEY: _key, ...env } = gatewayEnv;
    const other = await start(['gateway'], { ...env, INTERNAL_TLS: 'on' });
    const client = clientOf(other.addressOf('gateway'));
    const { data, errors } = await client.query('{ shops(first: 1) { edges { cursor } } }');
    assert.equal(data?.shops ?? null, null);
    assert.equal(errors?.[0]?.extensions.code, 'INTERNAL');
  });

  it('a link in clear text is refused at start', async () => {
    const name = urlVariable('shop-subgraph');
    const env = { ...gatewayEnv, [name]: String(gatewayEnv[name]).replace('https:', 'http:') };
    await assert.rejects(
      spawnTiffin(['--run', 'gateway'], env),
      new RegExp(`${name} must begin with https://`),
    );
  });
});
