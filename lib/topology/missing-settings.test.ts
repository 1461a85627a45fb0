import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingSettings } from './missing-settings.ts';
import { loadProcessConfig } from './process-config.ts';
import { rolesOf, select } from './selection.ts';
import type { Topology } from './topology.ts';

const start = () => assert.fail('nothing starts here');
const topology: Topology = {
  shop: {
    kind: 'service',
    start,
    roles: ['api', 'jobs', 'tasks'],
    usesEvents: true,
    port: 5002,
    calls: ['goods'],
    sharedWhenSplit: ['SHOP_KEY'],
  },
  goods: { kind: 'service', start, roles: ['api', 'tasks'], usesEvents: true, port: 5003, calls: [] },
  user: { kind: 'service', start, roles: ['api', 'tasks'], usesEvents: false, port: 5001, calls: [] },
  access: {
    kind: 'service',
    start,
    roles: ['api'],
    usesEvents: false,
    hasDatabase: false,
    port: 5007,
    calls: ['user'],
  },
  'shop-subgraph': { kind: 'subgraph', start, port: 4001, calls: ['shop', 'goods'] },
  gateway: { kind: 'gateway', start, port: 4000, calls: ['shop-subgraph'] },
};
const missing = (running: string[], env: Record<string, string>) =>
  missingSettings(topology, select(rolesOf(topology), running), loadProcessConfig(topology, env), env);
const shared = {
  DATABASE_URL: 'postgres://db/tiffin',
  REDIS_URL: 'redis://redis',
  KAFKA_BROKERS: 'kafka:9092',
  INTERNAL_TOKEN_SECRET: 'x'.repeat(32),
};

test('a service needs a database, Redis, Kafka, the secrets and where its callees are', () => {
  assert.deepEqual(missing(['shop'], {}), [
    'DATABASE_URL to the PostgreSQL server of shop',
    'REDIS_URL to the Redis server that all processes share',
    'KAFKA_BROKERS to what carries the events of shop between processes',
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

test('a service without a database needs none, and everything else', () => {
  assert.deepEqual(missing(['access'], {}), [
    'REDIS_URL to the Redis server that all processes share',
    'USER_URL to where access can reach user',
    'INTERNAL_TOKEN_SECRET to the secret that all processes share',
  ]);
});

test('components of one process need no URL of each other; a gateway needs no database', () => {
  assert.deepEqual(missing(['shop', 'goods'], { ...shared, SHOP_KEY: 'k' }), []);
  assert.deepEqual(missing(['gateway'], { INTERNAL_TOKEN_SECRET: shared.INTERNAL_TOKEN_SECRET }), [
    'SHOP_SUBGRAPH_URL to where gateway can reach shop-subgraph',
  ]);
});

test('a callee that several call is asked for once', () => {
  assert.deepEqual(missing(['shop-subgraph', 'shop'], { ...shared, SHOP_KEY: 'k' }), [
    'GOODS_URL to where shop, shop-subgraph can reach goods',
  ]);
});

test('Kafka is needed where events leave the process: not by rpcs alone, nor where every service that uses events runs', () => {
  const { KAFKA_BROKERS: _, ...others } = { ...shared, GOODS_URL: 'goods:5003', SHOP_KEY: 'k' };
  for (const running of [
    ['shop:api'],
    ['shop:api', 'goods:api'],
    ['user'],
    ['gateway'],
    ['shop', 'goods', 'user'],
  ]) {
    const found = missing(running, others).filter((text) => text.startsWith('KAFKA'));
    assert.deepEqual(found, [], running.join());
  }
  assert.deepEqual(missing(['shop:jobs', 'goods:tasks', 'user'], others), [
    'KAFKA_BROKERS to what carries the events of shop, goods between processes',
  ]);
});

test('a service whose rpcs another process answers is called there', () => {
  const found = missing(['shop:jobs', 'goods:tasks'], { ...shared, SHOP_KEY: 'k' });
  assert.deepEqual(found, ['GOODS_URL to where shop can reach goods']);
});

test('who answers over encrypted links needs a certificate, who only calls does not', () => {
  const env = { ...shared, INTERNAL_TLS: 'on', SHOP_URL: 'shop:5002', GOODS_URL: 'goods:5003' };
  const certificate = (names: string) =>
    `INTERNAL_TLS_CERT and INTERNAL_TLS_KEY to what ${names} shows to callers`;
  assert.deepEqual(missing(['goods'], env), [certificate('goods')]);
  assert.deepEqual(missing(['shop-subgraph', 'goods'], env), [certificate('goods, shop-subgraph')]);
  assert.deepEqual(missing(['goods:tasks'], env), []);
  const url = { SHOP_SUBGRAPH_URL: 'https://shop:4001/graphql' };
  assert.deepEqual(missing(['gateway'], { ...env, ...url }), []);
});
