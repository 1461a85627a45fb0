import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Cluster } from 'ioredis';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { type RealRedisCluster, startRealRedisCluster } from '../testing/real-redis-cluster.ts';
import { deleteAll } from './redis.contract.ts';
import { closeRedis, openRedis, RedisUnavailable } from './redis.ts';
import { countRun, describeRedisPipelines } from './redis-pipelines.contract.ts';
import { createRedisPipelines, type RedisCommand } from './redis-pipelines.ts';

const PATIENCE_MS = 10_000;

describeRedisPipelines('a server', async () => {
  const server = await startRealRedis();
  return {
    open: () => openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => server.stop(),
  };
});

describeRedisPipelines('a cluster', async () => {
  const cluster = await startRealRedisCluster();
  return {
    open: () => openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => cluster.stop(),
  };
});

describe('Redis pipelines on a server only', () => {
  let server: RealRedis;
  before(async () => {
    server = await startRealRedis();
  });
  after(() => server.stop());

  it('reject with the error of Redis where it refused a command, and run the others', async () => {
    const redis = await openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS });
    const commands = [
      { name: 'set', key: 'text', args: ['a', 'PX', 10_000] },
      { name: 'lpush', key: 'text', args: ['b'] },
      { name: 'set', key: 'other', args: ['b', 'PX', 10_000] },
    ];
    await assert.rejects(createRedisPipelines(redis).send(commands), {
      name: 'ReplyError',
      message: /^WRONGTYPE/,
    });
    assert.equal(await redis.get('other'), 'b');
    await closeRedis(redis);
  });

  it('run scripts that the server has forgotten', async () => {
    const redis = await openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS });
    const pipelines = createRedisPipelines(redis, { scripts: countRun });
    await runsWhatWasForgotten(pipelines.send, () => redis.script('FLUSH'));
    await closeRedis(redis);
  });
});

describe('Redis pipelines on a cluster only', () => {
  const keys = Array.from({ length: 60 }, (_, index) => `key:${index}`);
  const counts = keys.map((key): RedisCommand => ({ name: 'countRun', key, args: [1] }));
  let cluster: RealRedisCluster;
  let redis: Cluster;
  before(async () => {
    cluster = await startRealRedisCluster();
    const client = await openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS });
    assert.ok(client instanceof Cluster);
    redis = client;
  });
  beforeEach(() => deleteAll(redis));
  after(async () => {
    await closeRedis(redis);
    await cluster.stop();
  });

  it('run scripts that the nodes have forgotten', async () => {
    const pipelines = createRedisPipelines(redis, { scripts: countRun });
    await runsWhatWasForgotten(pipelines.send, () => cluster.onEachNode((node) => node.script('FLUSH')));
  });

  it('follow a slot that has moved, once: the commands of the others are not executed again', async () => {
    const pipelines = createRedisPipelines(redis, { scripts: countRun });
    const [moved = ''] = keys;
    const owner = redis.slots[pipelines.slotOf(moved)]?.[0];
    await cluster.moveSlot(moved);
    assert.deepEqual(
      await pipelines.send(counts),
      keys.map(() => 1),
    );
    assert.notEqual(redis.slots[pipelines.slotOf(moved)]?.[0], owner);
    assert.deepEqual(
      await pipelines.send(counts),
      keys.map(() => 2),
    );
  });

  it('find keys on both sides while their slot is moving, unless one command wants both', async () => {
    const pipelines = createRedisPipelines(redis);
    const send = async (name: string, key: string, ...args: string[]) =>
      (await pipelines.send([{ name, key, args }]))[0];
    await send('set', '{moving}old', 'old', 'PX', '10000');
    await cluster.moveSlot('{moving}old', async () => {
      assert.equal(await send('set', '{moving}new', 'new', 'PX', '10000'), 'OK');
      const others = keys.map((key) => ({ name: 'get', key, args: [] }));
      const both = ['{moving}new', '{moving}old'].map((key) => ({ name: 'get', key, args: [] }));
      assert.deepEqual(await pipelines.send([...both, ...others]), ['new', 'old', ...keys.map(() => null)]);
      await assert.rejects(send('mget', '{moving}old', '{moving}new'), {
        name: 'RedisUnavailable',
        message: /TRYAGAIN/,
      });
      await send('del', '{moving}old');
    });
    assert.deepEqual(await send('mget', '{moving}old', '{moving}new'), [null, 'new']);
  });

  it('reject at once when a master dies with their commands under way, send none twice, and find the next', async () => {
    const pipelines = createRedisPipelines(redis, { scripts: countRun });
    const [lost = ''] = keys;
    const master = await cluster.masterOf(lost);
    const isLost = ({ key }: RedisCommand) => redis.slots[pipelines.slotOf(key)]?.[0] === master;
    const gets = keys.map((key): RedisCommand => ({ name: 'get', key, args: [] }));
    const [lostGets, otherGets] = [gets.filter(isLost), gets.filter((command) => !isLost(command))];
    assert.ok(lostGets.length > 0 && otherGets.length > 0);
    await pipelines.send(counts);
    // A master answers before its replica has it.
    await cluster.replicated(lost);

    await cluster.hangMaster(lost);
    const underWay = assert.rejects(pipelines.send(counts), isAway);
    await cluster.killMaster(lost);
    await underWay;
    const startMs = performance.now();
    await assert.rejects(pipelines.send(counts), isAway);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs < 100, `${tookMs} ms`);

    await cluster.whole();
    assert.deepEqual(
      await untilAnswered(() => pipelines.send(lostGets)),
      lostGets.map(() => '1'),
    );
    assert.deepEqual(
      await pipelines.send(otherGets),
      otherGets.map(() => '3'),
    );
    await cluster.restore();
  });

  const isAway = (error: unknown) =>
    error instanceof RedisUnavailable && /^Redis at 127\.0\.0\.1:\d+ did not answer: /.test(error.message);

  /** The first call that a lost master fails has the map of slots read again. */
  async function untilAnswered(send: () => Promise<unknown[]>): Promise<unknown[]> {
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (performance.now() > endMs || !isAway(error)) throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
});

async function runsWhatWasForgotten(
  send: (commands: readonly RedisCommand[]) => Promise<unknown[]>,
  forget: () => Promise<unknown>,
): Promise<void> {
  const counts = Array.from({ length: 30 }, (_, index) => ({
    name: 'countRun',
    key: `run:${index}`,
    args: [1],
  }));
  for (const runs of [1, 2, 3]) {
    assert.deepEqual(
      await send(counts),
      counts.map(() => runs),
    );
    await forget();
  }
}
