import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type ChainableCommander, Cluster } from 'ioredis';
import { closeRedis, type RedisClient } from './redis.ts';

export interface RedisUnderTest {
  /** Each client sees the keys of the others. */
  open(): Promise<RedisClient>;
  close(): Promise<void>;
}

/** Takes a token if one is left; answers [taken, tokens left]. */
const TAKE_TOKEN = `
  local left = tonumber(redis.call('GET', KEYS[1]) or ARGV[1])
  if left < 1 then return {0, left} end
  redis.call('SET', KEYS[1], left - 1, 'PX', ARGV[2])
  return {1, left - 1}`;

/**
 * What Tiffin asks of Redis, on the server, on a cluster and on its stand-in alike. The stand-in checks no types, and
 * rejects a whole pipeline when one of its commands fails. In a cluster the keys of a command, and of a pipeline of
 * ioredis, lie in one slot.
 */
export function describeRedis(name: string, start: () => Promise<RedisUnderTest>): void {
  describe(`Redis: ${name}`, () => {
    let engine: RedisUnderTest;
    let redis: RedisClient;
    let other: RedisClient;
    before(async () => {
      engine = await start();
      redis = await engine.open();
      other = await engine.open();
    });
    beforeEach(() => deleteAll(redis));
    after(async () => {
      await closeRedis(redis);
      await closeRedis(other);
      await engine.close();
    });

    it('shares keys between clients, text and bytes', async () => {
      await redis.set('{a}text', 'grüße', 'PX', 10_000);
      await redis.set('bytes', Buffer.from([0, 255, 10]), 'PX', 10_000);
      assert.equal(await other.get('{a}text'), 'grüße');
      assert.deepEqual(await other.getBuffer('bytes'), Buffer.from([0, 255, 10]));
      assert.deepEqual(await other.mget('{a}text', '{a}missing'), ['grüße', null]);
    });

    it('lets a key expire', async () => {
      await redis.set('key', 'value', 'PX', 10_000);
      const ttlMs = await redis.pttl('key');
      assert.ok(ttlMs > 0 && ttlMs <= 10_000, String(ttlMs));
      await redis.pexpireat('key', Date.now() - 1);
      assert.equal(await other.get('key'), null);
      assert.equal(await redis.pttl('key'), -2);
    });

    it('sets a lock for one taker only', async () => {
      const results = await Promise.all(
        [redis, other, redis].map((client) => client.set('lock', 'mine', 'PX', 10_000, 'NX')),
      );
      assert.deepEqual(results.toSorted(), ['OK', null, null]);
    });

    it('counts, and answers in the order of a pipeline', async () => {
      const results = await redis.pipeline().incr('n').incrby('n', 5).pexpire('n', 10_000).get('n').exec();
      assert.deepEqual(results, [
        [null, 1],
        [null, 6],
        [null, 1],
        [null, '6'],
      ]);
    });

    it('keeps hashes, sets and sorted sets', async () => {
      await redis.hset('hash', { a: '1', b: '2' });
      assert.equal(await redis.hincrby('hash', 'a', 2), 3);
      assert.deepEqual(await redis.hgetall('hash'), { a: '3', b: '2' });
      await redis.sadd('set', 'x', 'y', 'x');
      assert.equal(await redis.scard('set'), 2);
      await redis.zadd('board', 2, 'two', 1, 'one', 3, 'three');
      assert.deepEqual(await redis.zrange('board', 0, 1), ['one', 'two']);
      assert.equal(await redis.zremrangebyscore('board', '-inf', '(3'), 2);
    });

    it('runs a script that answers integers, alone and in a pipeline', async () => {
      const take = () => redis.eval(TAKE_TOKEN, 1, 'bucket', 2, 10_000);
      assert.deepEqual(
        [await take(), await take(), await take()],
        [
          [1, 1],
          [1, 0],
          [0, 0],
        ],
      );
      redis.defineCommand('takeToken', { numberOfKeys: 1, lua: TAKE_TOKEN });
      const pipeline = redis.pipeline() as ChainableCommander & {
        takeToken(...args: (string | number)[]): ChainableCommander;
      };
      pipeline.set('other', 1, 'PX', 10_000);
      pipeline.takeToken('other', 2, 10_000);
      assert.deepEqual(await pipeline.exec(), [
        [null, 'OK'],
        [null, [1, 0]],
      ]);
    });

    it('runs a transaction', async () => {
      assert.deepEqual(await redis.multi().set('key', '1', 'PX', 10_000).incr('key').exec(), [
        [null, 'OK'],
        [null, 2],
      ]);
    });
  });
}

/** Whatever the contracts have left there. */
export async function deleteAll(redis: RedisClient): Promise<void> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  await Promise.all(servers.map((server) => server.flushall()));
}
