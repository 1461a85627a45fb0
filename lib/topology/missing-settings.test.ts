import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingSettings } from './missing-settings.ts';
import { loadProcessConfig } from './process-config.ts';
import type { Topology } from './topology.ts';

const start = () => assert.fail('nothing starts here');
const topology: Topology = {
  shop: { kind: 'service', start, port: 5002, calls: ['goods'], sharedWhenSplit: ['SHOP_KEY'] },
  goods: { kind: 'service', start, port: 5003, calls: [] },
  'shop-subgraph': { kind: 'subgraph', start, port: 4001, calls: ['shop', 'goods'] },
  gateway: { kind: 'gateway', start, port: 4000, calls: ['shop-subgraph'] },
};
const missing = (running: string[], env: Record<string, string>) =>
  missingSettings(topology, running, loadProcessConfig(topology, env), env);
const shared = {
  DATABASE_URL: 'postgres://db/tiffin',
  REDIS_URL: 'redis://redis',
  INTERNAL_TOKEN_SECRET: 'x'.repeat(32),
};

test('a service needs a database, Redis, the secrets and where its callees are', () => {
  assert.deepEqual(missing(['shop'], {}), [
    'DATABASE_URL to the PostgreSQL server of shop',
    'REDIS_URL to the Redis server that all processes share',
    'GOODS_URL to where shop can reach goods',
    'INTERNAL_TOKEN_SECRET to the secret that all processes share',
    'SHOP_KEY as `npm run keys` prints it',
  ]);
});

test('nothing is missing where all of it is set, a secret by its file too', () => {
  assert.deepEqual(
    missing(['shop'], { ...shared, GOODS_URL: 'goods:5003', SHOP_KEY_FILE: '/run/secrets/key' }),
    [],
  );
});

test('a database of its own serves a service as well as a shared one', () => {
  const { DATABASE_URL: _, ...others } = shared;
  assert.deepEqual(missing(['goods'], { ...others, GOODS_DATABASE_URL: 'postgres://db/goods' }), []);
});

test('components of one process need no URL of each other; a gateway needs no database', () => {
  assert.deepEqual(missing(['shop', 'goods'], { ...shared, SHOP_KEY: 'k' }), []);
  assert.deepEqual(missing(['gateway'], { INTERNAL_TOKEN_SECRET: shared.INTERNAL_TOKEN_SECRET }), [
    'SHOP_SUBGRAPH_URL to where gateway can reach shop-subgraph',
  ]);
});

test('a callee that several call is asked for once', () => {
  assert.deepEqual(missing(['shop-subgraph', 'shop'], { ...shared, SHOP_KEY: 'k' }), [
    'GOODS_URL to where shop-subgraph, shop can reach goods',
  ]);
});
