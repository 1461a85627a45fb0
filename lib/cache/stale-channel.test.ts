import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Redis } from 'ioredis';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openRedis } from '../engines/redis.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createStaleChannel } from './stale-channel.ts';

let keyspaces = 0;

/** Channels of one service, and what they were told. */
function setUp(t: TestContext) {
  const clock = new VirtualClock();
  const keyspace = `stale-channel-${++keyspaces}`;

  async function open(publisherId: string) {
    const redis = (await openRedis({ keyspace })) as Redis;
    const heard: string[] = [];
    const subscribers: Redis[] = [];
    const duplicate = redis.duplicate.bind(redis);
    redis.duplicate = (options) => {
      const subscriber = duplicate(options);
      subscribers.push(subscriber);
      return subscriber;
    };
    const channel = createStaleChannel({
      redis,
      service: 'goods',
      publisherId,
      clock,
      logger: silentLogger,
      cache: {
        forget: (keys) => heard.push(`forget ${keys.join()}`),
        forgetAll: () => heard.push('forget all'),
      },
      metrics: { written: (key, writtenAtMs) => heard.push(`${key} written ${writtenAtMs}`) },
    });
    t.after(() => channel.stop());
    await channel.start();
    /** What it was told since it was asked last. */
    const told = async () => {
      await clock.advance(0);
      return heard.splice(0);
    };
    return { redis, channel, told, subscribers };
  }
  return { clock, open };
}

describe('the channel of stale keys', () => {
  it('tells the other processes of a service, and not the one that wrote', async (t) => {
    const { open } = setUp(t);
    const [a, b] = [await open('a'), await open('b')];
    assert.deepEqual([await a.told(), await b.told()], [['forget all'], ['forget all']]);
    await a.channel.publish(['gds:g:1', 'gds:g:2'], 1_000);
    assert.deepEqual(await b.told(), [
      'gds:g:1 written 1000',
      'gds:g:2 written 1000',
      'forget gds:g:1,gds:g:2',
    ]);
    assert.deepEqual(await a.told(), []);
    await b.channel.publish(['gds:g:3'], 2_000);
    assert.deepEqual(await a.told(), ['gds:g:3 written 2000', 'forget gds:g:3']);
  });

  it('forgets everything when a number is missing, and then goes on', async (t) => {
    const { open } = setUp(t);
    const b = await open('b');
    await b.told();
    const say = (...parts: unknown[]) => b.redis.publish('goods:stale', JSON.stringify(parts));
    await say('a', 1, 'x', 5);
    assert.deepEqual(await b.told(), ['x written 5', 'forget x']);
    await say('a', 3, 'y', 6);
    assert.deepEqual(await b.told(), ['forget all', 'y written 6', 'forget y']);
    await say('a', 4, 'z', 7);
    assert.deepEqual(await b.told(), ['z written 7', 'forget z']);
    // Who was not heard before may have said more than this.
    await say('old', 17, 'w', 8);
    assert.deepEqual(await b.told(), ['forget all', 'w written 8', 'forget w']);
    await say('old', 18, 'w', 9);
    assert.deepEqual(await b.told(), ['w written 9', 'forget w']);
  });

  it('forgets everything at what it cannot read', async (t) => {
    const { open } = setUp(t);
    const b = await open('b');
    await b.told();
    await b.redis.publish('goods:stale', 'something newer');
    assert.deepEqual(await b.told(), ['forget all']);
  });

  it('remembers so many publishers, and takes a forgotten one for new', async (t) => {
    const { open } = setUp(t);
    const b = await open('b');
    const say = (...parts: unknown[]) => b.redis.publish('goods:stale', JSON.stringify(parts));
    await say('a', 1);
    await say('kept', 1);
    for (let n = 0; n < 998; n++) await say(`p${n}`, 1);
    await say('kept', 2);
    await say('one more', 1);
    await b.told();
    await say('kept', 3);
    assert.deepEqual(await b.told(), ['forget ']);
    await say('a', 2);
    assert.deepEqual(await b.told(), ['forget all', 'forget ']);
  });

  it('forgets everything when its connection is lost and again when it has another, and hears messages again', async (t) => {
    const { clock, open } = setUp(t);
    const [a, b] = [await open('a'), await open('b')];
    await b.told();
    b.subscribers[0]?.disconnect();
    assert.deepEqual(await b.told(), ['forget all']);
    await clock.advance(50);
    assert.deepEqual(await b.told(), ['forget all']);
    assert.equal(b.subscribers.length, 2);
    await a.channel.publish(['x'], 1);
    assert.deepEqual(await b.told(), ['x written 1', 'forget x']);
  });

  it('gives a connection up that does not answer', async (t) => {
    const { clock, open } = setUp(t);
    const b = await open('b');
    await clock.advance(10_000);
    assert.equal(b.subscribers.length, 1, 'this one answers');
    const [subscriber] = b.subscribers;
    if (subscriber) subscriber.ping = () => new Promise<never>(() => {});
    await b.told();
    await clock.advance(4_000);
    assert.deepEqual(await b.told(), ['forget all']);
    await clock.advance(50);
    assert.deepEqual([b.subscribers.length, await b.told()], [2, ['forget all']]);
  });

  it('starts while Redis is away, and tries less and less often', async (t) => {
    const { clock, open } = setUp(t);
    const b = await open('b');
    const { duplicate } = b.redis;
    let attempts = 0;
    b.redis.duplicate = () => {
      attempts++;
      throw new Error('away');
    };
    b.subscribers[0]?.disconnect();
    await b.told();
    // After 50, 100, 200, 400, 800 and 1,600 ms, and then each 2 seconds.
    await clock.advance(3_150);
    assert.equal(attempts, 6);
    await clock.advance(6_000);
    assert.equal(attempts, 9);
    await b.told();
    b.redis.duplicate = duplicate;
    await clock.advance(2_000);
    assert.deepEqual(await b.told(), ['forget all']);
  });

  it('hears nothing any more after its stop, and leaves no timer', async (t) => {
    const { clock, open } = setUp(t);
    const [a, b] = [await open('a'), await open('b')];
    await b.channel.stop();
    await b.told();
    await a.channel.publish(['x'], 1);
    assert.deepEqual(await b.told(), []);
    await a.channel.stop();
    assert.equal(clock.pendingTimers, 0);
  });
});
