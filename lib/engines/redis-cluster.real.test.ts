import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import type { Cluster } from 'ioredis';
import { type RealRedisCluster, startRealRedisCluster } from '../testing/real-redis-cluster.ts';
import { describeRedis } from './redis.contract.ts';
import { closeRedis, openRedis, type RedisClient } from './redis.ts';

const PATIENCE_MS = 10_000;
/** The default, which the platform runs with. */
const COMMAND_TIMEOUT_MS = 50;
/** What a busy machine may add. */
const SLACK_MS = 1_000;
/** For a cluster on a busy machine to find that a master is gone, and to agree on the next. */
const FAILOVER_MS = 60_000;

describeRedis('a cluster', async () => {
  const cluster = await startRealRedisCluster();
  return {
    open: () => openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => cluster.stop(),
  };
});

describe('Redis on a cluster only', () => {
  let cluster: RealRedisCluster;
  let redis: RedisClient;
  /** Whose commands have time: on a busy machine 50 ms are over with nothing amiss. */
  let patient: RedisClient;
  const warnings: string[] = [];
  before(async () => {
    cluster = await startRealRedisCluster();
    redis = await openRedis({
      url: cluster.url,
      connectTimeoutMs: PATIENCE_MS,
      warn: (message) => warnings.push(message),
    });
    patient = await openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS });
  });
  after(async () => {
    await closeRedis(redis);
    await closeRedis(patient);
    await cluster.stop();
  });

  for (const how of ['killMaster', 'hangMaster'] as const) {
    it(`fails fast and finds the next master by itself: ${how}`, async () => {
      warnings.length = 0;
      const key = `key:${how}`;
      const lost = await cluster.masterOf(key);
      const other = await keyElsewhere(key);
      await redis.set(key, 'value', 'PX', 60_000);
      // A master answers before its replica has it; what is lost with it then is another test's.
      await cluster.replicated(key);
      await cluster[how](key);
      const whole = cluster.whole();
      let isWhole = false;
      void whole.then(() => {
        isWhole = true;
      });
      let failures = 0;
      let slowestMs = 0;
      const endMs = performance.now() + FAILOVER_MS;
      while (!isWhole || !(await isAnswered(key))) {
        assert.ok(performance.now() < endMs, 'not found again in time');
        const startMs = performance.now();
        if (!(await isAnswered(key))) failures++;
        // The other masters answer all the time.
        await patient.get(other);
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.ok(failures > 0);
      assert.ok(slowestMs < COMMAND_TIMEOUT_MS + SLACK_MS, `${slowestMs} ms`);
      await whole;
      assert.equal(await redis.get(key), 'value');
      // Whether a hung one is asked for the map of slots is chance; on a busy machine 50 ms are over for others too.
      const away = warnings.filter((warning) => !warning.endsWith(' does not answer in time.'));
      assert.deepEqual(away, how === 'killMaster' ? [`Redis node ${lost} is away.`] : []);
      await cluster.restore();
    });
  }

  it('sends nothing twice that was under way', async () => {
    await cluster.hangMaster('counter');
    const underWay = assert.rejects(patient.incr('counter'), { message: 'Connection is closed.' });
    await cluster.killMaster('counter');
    await underWay;
    await cluster.restore();
    assert.equal(await redis.get('counter').catch(() => redis.get('counter')), null);
  });

  it('connects again by itself, before anybody asks', async () => {
    const lost = (redis as Cluster).nodes('master').map((node) => once(node, 'end'));
    await cluster.onEachNode((node) => node.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
    await Promise.all(lost);
    const isBack = () =>
      (redis as Cluster).nodes('master').filter(({ status }) => status === 'ready').length === 3;
    const endMs = performance.now() + PATIENCE_MS;
    while (!isBack()) {
      assert.ok(performance.now() < endMs, 'not back in time');
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const key of ['a', 'b', 'c', 'd']) assert.equal(await redis.get(key), null);
  });

  it('sends the user and password of one address to every node', async () => {
    await cluster.onEachNode((node) => node.acl('SETUSER', 'tiffin', 'on', '>right,', '~*', '+@all'));
    const url = cluster.url.replace('redis://', 'redis://tiffin:right,@');
    const client = await openRedis({ url, commandTimeoutMs: PATIENCE_MS });
    for (const key of ['a', 'b', 'c', 'd']) assert.equal(await client.get(key), null);
    await closeRedis(client);
  });

  it('refuses a wrong password with a sentence', async () => {
    const url = cluster.url.replace('redis://', 'redis://tiffin:wrong-secret@');
    await assert.rejects(openRedis({ url, commandTimeoutMs: PATIENCE_MS }), (error: Error) => {
      assert.match(error.message, /refused the password; correct it/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  it('opens where one of the addresses is there', async () => {
    const [first] = cluster.url.split(',');
    const client = await openRedis({ url: `redis://127.0.0.1:1,${first}`, commandTimeoutMs: PATIENCE_MS });
    assert.equal(await client.get('nothing'), null);
    await closeRedis(client);
  });

  it('refuses to be taken for a server', async () => {
    const [first = ''] = cluster.url.split(',');
    const address = first.replace('redis://', '');
    await assert.rejects(openRedis({ url: first, commandTimeoutMs: PATIENCE_MS }), {
      name: 'RedisUnavailable',
      message:
        `Redis of REDIS_URL cannot be used: ${address} belongs to a Redis Cluster; give two or more of its addresses, ` +
        'divided by commas, or unset REDIS_URL to use the one inside this process.',
    });
  });

  it('is not opened without a majority, and says so in time', async () => {
    const key = 'one master';
    const other = await keyElsewhere(key);
    await cluster.killMaster(key);
    await cluster.killMaster(other);
    const endMs = performance.now() + PATIENCE_MS;
    const openUntilRefused = async () => {
      while (performance.now() < endMs)
        await closeRedis(
          await openRedis({ url: cluster.url, connectTimeoutMs: 1_000, commandTimeoutMs: 1_000 }),
        );
    };
    await assert.rejects(openUntilRefused, {
      name: 'RedisUnavailable',
      message: /^Redis of REDIS_URL cannot be used: the cluster of .* has slots without a master; repair it/,
    });
  });

  const isAnswered = (key: string) =>
    redis.get(key).then(
      () => true,
      () => false,
    );

  /** A key that another master owns. */
  async function keyElsewhere(key: string): Promise<string> {
    const owner = await cluster.masterOf(key);
    for (let index = 0; index < 100; index++)
      if ((await cluster.masterOf(`other:${index}`)) !== owner) return `other:${index}`;
    throw new Error('One master owns all keys.');
  }
});
