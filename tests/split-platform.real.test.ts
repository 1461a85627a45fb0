import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { portVariable, urlVariable } from '@tiffin/lib/topology/process-config';
import { type SpawnedProcess, spawnTiffin } from './spawn-platform.ts';
import { componentsOf, splitSettings } from './split-settings.ts';
import { clientOf } from './start-platform.ts';

const query = `{
  me {
    displayName
    addresses(first: 3) { edges { node { label } } }
    reviews(first: 50) {
      edges { node { shop { name goods(first: 2) { edges { node { name categories { edges { node { name } } } } } } } } }
    }
  }
}`;

const services = componentsOf('service');
const subgraphs = componentsOf('subgraph');

// With the Kafka of lib/testing/real-kafka.
describe('every component as a process of its own', () => {
  let postgres: RealPostgres;
  let redis: RealRedis;
  const processes = new Map<string, SpawnedProcess>();

  before(async () => {
    [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
    const shared = await splitSettings({ postgres, redis });
    const start = async (name: string, env: Record<string, string> = {}) => {
      processes.set(name, await spawnTiffin(['--run', name], { ...shared, ...env }));
    };
    await Promise.all(services.map((name) => start(name)));
    await Promise.all(subgraphs.map((name) => start(name, { [portVariable(name)]: '0' })));
    await start('gateway', {
      PORT: '0',
      ...Object.fromEntries(
        subgraphs.map((name) => [urlVariable(name), `${processes.get(name)?.addressOf(name)}/graphql`]),
      ),
    });
  });
  after(async () => {
    await Promise.all([...processes.values()].map((running) => running.end('SIGKILL')));
    await Promise.all([postgres?.drop(), redis?.stop()]);
  });

  const gateway = () => clientOf(processes.get('gateway')?.addressOf('gateway') ?? '');

  it('answers a query over all of them', async () => {
    const token = await gateway().logIn('customer');
    const { data, errors } = await gateway().query(query, { token });
    assert.equal(errors, undefined);
    assert.equal(data.me.reviews.edges.length, 50);
    assert.ok(
      data.me.reviews.edges.every(({ node }: { node: { shop: { name: string } } }) => node.shop.name),
    );
  });

  it('a subgraph refuses what the gateway did not sign', async () => {
    const url = `${processes.get('shop-subgraph')?.addressOf('shop-subgraph')}/graphql`;
    for (const identity of [undefined, 'x', 'a.b.c']) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(identity && { 'x-tiffin-identity': identity }) },
        body: JSON.stringify({ query: '{ shops { edges { cursor } } }' }),
      });
      assert.equal(response.status, 401);
    }
  });

  it('a service that is gone nulls its own fields with UNAVAILABLE, the others survive', async () => {
    const token = await gateway().logIn('customer');
    await processes.get('goods')?.end('SIGKILL');
    processes.delete('goods');
    const { data, errors } = await gateway().query(query, { token });
    assert.ok(data.me.addresses.edges.length > 0);
    assert.ok(
      data.me.reviews.edges.every(({ node }: { node: { shop: { name: string } } }) => node.shop.name),
    );
    assert.deepEqual([...new Set(errors?.map(({ extensions }) => extensions.code))], ['UNAVAILABLE']);
  });

  it('SIGTERM ends each with exit code 0', async () => {
    for (const [name, running] of processes) {
      assert.deepEqual(
        await running.end('SIGTERM'),
        { code: 0, signal: null },
        `${name}\n${running.output()}`,
      );
    }
    processes.clear();
  });
});
