import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../config/config.ts';
import { integer } from '../config/variable.ts';
import { componentVariables, loadProcessConfig } from './process-config.ts';
import type { ServiceComponent, Topology } from './topology.ts';

const start = () => assert.fail('nothing starts here');
const topology: Topology = {
  shop: { kind: 'service', start, roles: ['api'], usesEvents: false, port: 5002, calls: [] },
  'shop-subgraph': { kind: 'subgraph', start, port: 4001, calls: [] },
  gateway: { kind: 'gateway', start, port: 4000, calls: [] },
};

test('without an environment everything is embedded, and listens where the topology says for this machine only', () => {
  const config = loadProcessConfig(topology, {});
  assert.equal(config.host, '127.0.0.1');
  assert.equal(loadProcessConfig(topology, { HOST: '::' }).host, '::');
  assert.equal(config.databaseUrlOf('shop'), undefined);
  assert.equal(config.redisUrl, undefined);
  assert.equal(config.demoDataOf('shop'), true);
  assert.deepEqual(['gateway', 'shop-subgraph', 'shop'].map(config.portOf), [4000, 4001, 5002]);
});

test('PORT is the port of the gateway, <NAME>_PORT and <NAME>_URL those of the others', () => {
  const env = { PORT: '4100', SHOP_SUBGRAPH_PORT: '0', SHOP_URL: 'shop.internal:5002' };
  const config = loadProcessConfig(topology, env);
  assert.deepEqual([config.portOf('gateway'), config.portOf('shop-subgraph')], [4100, 0]);
  assert.equal(config.urlOf('shop'), 'shop.internal:5002');
});

test('a server gets no demo data unless it is asked for: the passwords are public', () => {
  const env = { DATABASE_URL: 'postgres://db/all' };
  assert.equal(loadProcessConfig(topology, env).demoDataOf('shop'), false);
  assert.equal(loadProcessConfig(topology, { ...env, DEMO_DATA: 'true' }).demoDataOf('shop'), true);
  assert.equal(loadProcessConfig(topology, { DEMO_DATA: 'false' }).demoDataOf('shop'), false);
});

test("a service's own database comes before the shared one, and is named in errors", () => {
  const env = { DATABASE_URL: 'postgres://db/all', SHOP_DATABASE_URL: 'postgres://db/shop' };
  assert.deepEqual(loadProcessConfig(topology, env).databaseUrlOf('shop'), {
    url: 'postgres://db/shop',
    variable: 'SHOP_DATABASE_URL',
  });
});

test('a service without a database has no variable for one', () => {
  const access: Topology = {
    access: { ...(topology['shop'] as ServiceComponent), hasDatabase: false },
  };
  const names = (all: Topology) => Object.keys(componentVariables(all));
  assert.deepEqual(names(access), ['ACCESS_PORT', 'ACCESS_URL']);
  assert.ok(names(topology).includes('SHOP_DATABASE_URL'));
});

test('the variables of the components that run are read with the rest, those of others are not', () => {
  const own = {
    ...topology,
    shop: {
      ...topology.shop,
      variables: { SHOP_LIMIT: integer({ default: 1, min: 1, max: 9, description: '' }) },
    },
  };
  const env = { SHOP_LIMIT: 'many', PORT: 'abc' };
  assert.throws(
    () => loadProcessConfig(own as Topology, env, ['shop']),
    /SHOP_LIMIT[\s\S]*PORT|PORT[\s\S]*SHOP_LIMIT/,
  );
  assert.throws(
    () => loadProcessConfig(own as Topology, env, ['gateway']),
    (error: Error) => !error.message.includes('SHOP_LIMIT'),
  );
});

test('nothing is traced unless a collector is named, and then one request of a hundred', () => {
  const { otlpEndpoint, traceSampleRatio } = loadProcessConfig(topology, {});
  assert.deepEqual([otlpEndpoint, traceSampleRatio], [undefined, 0.01]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', TRACE_SAMPLE_RATIO: '1' };
  const traced = loadProcessConfig(topology, env);
  assert.deepEqual([traced.otlpEndpoint, traced.traceSampleRatio], ['http://collector:4318', 1]);
  assert.throws(() => loadProcessConfig(topology, { TRACE_SAMPLE_RATIO: '2' }), /TRACE_SAMPLE_RATIO/);
});

test('every bad variable is named at once, no secret is shown', () => {
  const env = {
    PORT: 'abc',
    DATABASE_URL: 'mysql://root:hunter2@db',
    SHOP_SUBGRAPH_URL: 'host:4001',
    LOG_LEVEL: 'loud',
  };
  assert.throws(
    () => loadProcessConfig(topology, env),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      const named = error.problems.map((problem) => problem.split(' ')[0]).sort();
      assert.deepEqual(named, ['DATABASE_URL', 'LOG_LEVEL', 'PORT', 'SHOP_SUBGRAPH_URL']);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});

test('Kafka is what KAFKA_BROKERS names, with safe topics unless weaker ones are asked for', () => {
  assert.equal(loadProcessConfig(topology, { KAFKA_PARTITIONS: '3' }).kafka, undefined);
  assert.deepEqual(loadProcessConfig(topology, { KAFKA_BROKERS: 'a:9092, b:9092' }).kafka, {
    brokers: ['a:9092', 'b:9092'],
    prefix: '',
    tls: false,
    topics: { partitions: 6, replicationFactor: 3, minInsyncReplicas: 2 },
  });
  const weak = { KAFKA_REPLICATION_FACTOR: '1', KAFKA_MIN_INSYNC_REPLICAS: '1', KAFKA_PARTITIONS: '2' };
  const login = { KAFKA_USERNAME: 'tiffin', KAFKA_PASSWORD: 'p' };
  assert.deepEqual(loadProcessConfig(topology, { KAFKA_BROKERS: 'a:9092', ...weak, ...login }).kafka, {
    brokers: ['a:9092'],
    prefix: '',
    tls: false,
    login: { username: 'tiffin', password: 'p', mechanism: 'scram-sha-512' },
    topics: { partitions: 2, replicationFactor: 1, minInsyncReplicas: 1 },
  });
});

test('half a login to Kafka, more copies in sync than there are, and a prefix that no topic could have, are refused', () => {
  for (const env of [
    { KAFKA_USERNAME: 'tiffin' },
    { KAFKA_PASSWORD: 'p' },
    { KAFKA_REPLICATION_FACTOR: '1' },
    { KAFKA_PREFIX: 'our topics/' },
    { KAFKA_PREFIX: 'x'.repeat(65) },
  ]) {
    assert.throws(() => loadProcessConfig(topology, env), ConfigError);
  }
  const env = { KAFKA_BROKERS: 'a:9092', KAFKA_PREFIX: 'our_topics-2.' };
  assert.equal(loadProcessConfig(topology, env).kafka?.prefix, 'our_topics-2.');
});

test('links are in clear text unless it is asked for more, and then none may be', () => {
  const clear = { SHOP_SUBGRAPH_URL: 'http://shop:4001/graphql' };
  const encrypted = { SHOP_SUBGRAPH_URL: 'https://shop:4001/graphql' };
  assert.equal(loadProcessConfig(topology, clear).internalTls, undefined);
  assert.equal(loadProcessConfig(topology, encrypted).internalTls, undefined);
  const expected = { own: undefined, ca: undefined, isMutual: false };
  assert.deepEqual(loadProcessConfig(topology, { ...encrypted, INTERNAL_TLS: 'on' }).internalTls, expected);
  assert.throws(
    () => loadProcessConfig(topology, { ...clear, INTERNAL_TLS: 'on' }),
    (error) => error instanceof ConfigError && /SHOP_SUBGRAPH_URL must begin with https/.test(error.message),
  );
});
