import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { openRedis } from './redis.ts';
import { describeRedisPipelines } from './redis-pipelines.contract.ts';
import { createRedisPipelines, type RedisCommand } from './redis-pipelines.ts';

describeRedisPipelines('inside this process', async () => ({
  open: () => openRedis({ keyspace: 'pipelines' }),
  async close() {},
}));

/** A client whose pipelines are answered when the test says so. */
function recordingRedis() {
  const sent: { readonly commands: unknown[][]; answer(): void; fail(error: Error): void }[] = [];
  const redis = {
    options: { host: 'redis', port: 6379 },
    defineCommand() {},
    pipeline(commands: unknown[][]) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      sent.push({ commands, answer: () => resolve(commands.map(([, key]) => [null, key])), fail: reject });
      return { exec: () => promise };
    },
  };
  return { redis: redis as unknown as Redis, sent };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const setsOf = (count: number, bytes: number): RedisCommand[] =>
  Array.from({ length: count }, (_, index) => ({
    name: 'set',
    key: `key:${index}`,
    args: [Buffer.alloc(bytes)],
  }));
const sizes = (sent: readonly { commands: unknown[][] }[]) => sent.map(({ commands }) => commands.length);

describe('the bounds of a pipeline', () => {
  it('are 100 commands', async () => {
    const { redis, sent } = recordingRedis();
    void createRedisPipelines(redis).send(setsOf(205, 10));
    assert.deepEqual(sizes(sent), [100, 100, 5]);
  });

  it('are 256 KiB; what is larger goes by itself', async () => {
    const { redis, sent } = recordingRedis();
    const large = { name: 'set', key: 'large', args: [Buffer.alloc(300 * 1_024)] };
    const sending = createRedisPipelines(redis).send([
      ...setsOf(6, 100 * 1_024),
      ...setsOf(2, 10),
      ...setsOf(2, 200 * 1_024),
    ]);
    assert.deepEqual(sizes(sent), [2, 2, 4]);
    for (const pipeline of sent) pipeline.answer();
    await settle();
    for (const pipeline of sent.slice(3)) pipeline.answer();
    assert.equal((await sending).length, 10);
    const { redis: other, sent: alone } = recordingRedis();
    void createRedisPipelines(other).send([...setsOf(2, 10), large, large, ...setsOf(2, 10)]);
    await settle();
    assert.deepEqual(sizes(alone).slice(0, 1), [2]);
  });

  it('are 4 under way to a node', async () => {
    const { redis, sent } = recordingRedis();
    const sending = createRedisPipelines(redis).send(setsOf(1_000, 10));
    assert.equal(sent.length, 4);
    sent[2]?.answer();
    await settle();
    assert.equal(sent.length, 5);
    for (let index = 0; index < 10; index++) {
      sent[index]?.answer();
      await settle();
    }
    assert.deepEqual(
      await sending,
      setsOf(1_000, 0).map(({ key }) => key),
    );
  });

  it('end a call with its first failure, and what has not been sent stays unsent', async () => {
    const { redis, sent } = recordingRedis();
    const sending = createRedisPipelines(redis).send(setsOf(1_000, 10));
    sent[1]?.fail(new Error('Command timed out'));
    await assert.rejects(sending, {
      name: 'RedisUnavailable',
      message: 'Redis at redis:6379 did not answer: Command timed out.',
    });
    for (const pipeline of sent) pipeline.answer();
    await settle();
    assert.equal(sent.length, 4);
  });
});
