import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { deleteAll, type RedisUnderTest } from './redis.contract.ts';
import { closeRedis, type RedisClient } from './redis.ts';
import { createRedisPipelines, type RedisCommand, type RedisPipelines } from './redis-pipelines.ts';

/** Answers how often it ran for the key. */
const COUNT_RUN = `
  local runs = redis.call('INCRBY', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], 10000)
  return runs`;

export const countRun = { countRun: { numberOfKeys: 1, lua: COUNT_RUN } };

/** What pipelines do on one server and on many alike. */
export function describeRedisPipelines(name: string, start: () => Promise<RedisUnderTest>): void {
  describe(`Redis pipelines: ${name}`, () => {
    let engine: RedisUnderTest;
    let redis: RedisClient;
    let pipelines: RedisPipelines;
    before(async () => {
      engine = await start();
      redis = await engine.open();
      pipelines = createRedisPipelines(redis, { scripts: countRun });
    });
    beforeEach(() => deleteAll(redis));
    after(async () => {
      await closeRedis(redis);
      await engine.close();
    });

    it('answers in the order of the commands, of any kind, wherever their keys lie', async () => {
      const keys = Array.from({ length: 350 }, (_, index) => `key:${index}`);
      const writes = keys.flatMap((key, index): RedisCommand[] => [
        { name: 'set', key, args: [index, 'PX', 10_000] },
        { name: 'countRun', key, args: [1_000] },
        { name: 'getBuffer', key, args: [] },
      ]);
      const expected = keys.flatMap((_, index) => ['OK', index + 1_000, Buffer.from(String(index + 1_000))]);
      assert.deepEqual(await pipelines.send(writes), expected);
      const alone = await pipelines.send([{ name: 'countRun', key: 'alone', args: [7] }]);
      assert.deepEqual(alone, [7]);
    });

    it('carries more than fits into one pipeline', async () => {
      const value = (index: number) => Buffer.alloc(50 * 1_024, index);
      const keys = Array.from({ length: 40 }, (_, index) => `large:${index}`);
      await pipelines.send(
        keys.map((key, index) => ({ name: 'set', key, args: [value(index), 'PX', 10_000] })),
      );
      const found = await pipelines.send(keys.map((key) => ({ name: 'getBuffer', key, args: [] })));
      assert.deepEqual(
        found,
        keys.map((_, index) => value(index)),
      );
    });

    it('has nothing to do for no commands', async () => {
      assert.deepEqual(await pipelines.send([]), []);
    });

    it('lets keys with one hash tag share a command', async () => {
      assert.equal(pipelines.slotOf('{tag}1'), pipelines.slotOf('{tag}2'));
      await pipelines.send([{ name: 'set', key: '{tag}2', args: ['two', 'PX', 10_000] }]);
      const [found] = await pipelines.send([{ name: 'mget', key: '{tag}1', args: ['{tag}2'] }]);
      assert.deepEqual(found, [null, 'two']);
    });
  });
}
