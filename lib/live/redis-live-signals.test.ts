import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Redis } from 'ioredis';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openRedis } from '../engines/redis.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { describeLiveSignals } from './live-signals.contract.ts';
import { RedisLiveSignals } from './redis-live-signals.ts';
import { createSignalPublisher } from './signal-publisher.ts';

describeLiveSignals(
  'imitation in process',
  () => openRedis({ keyspace: 'live-signals' }),
  async () => {},
);

test('after a lost connection it connects again, and wakes every listener once', async () => {
  const clock = new VirtualClock();
  const redis = (await openRedis({ keyspace: 'lost-connection' })) as Redis;
  const made: Redis[] = [];
  const duplicate = () => {
    const connection = redis.duplicate({ lazyConnect: true } as never);
    made.push(connection);
    return connection;
  };
  const signals = new RedisLiveSignals({
    nodes: () => [{ duplicate } as unknown as Redis],
    clock,
    logger: silentLogger,
  });
  await clock.advance(0);
  assert.equal(clock.pendingTimers, 1);
  let woken = 0;
  signals.subscribe('order:1', () => woken++);
  signals.subscribe('order:2', () => woken++);
  made[0]?.emit('end');
  made[0]?.emit('end');
  await clock.advance(0);
  assert.equal(clock.pendingTimers, 1);
  await clock.advance(49);
  assert.equal(made.length, 1);
  await clock.advance(1);
  assert.equal(made.length, 2);
  assert.equal(woken, 2);
  await signals.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('a server that answers no more is left', async () => {
  const clock = new VirtualClock();
  const redis = (await openRedis({ keyspace: 'no-answer' })) as Redis;
  let isSilent = false;
  let made = 0;
  const duplicate = () => {
    made++;
    const connection = redis.duplicate({ lazyConnect: true } as never);
    connection.ping = (() =>
      isSilent ? Promise.reject(new Error('timed out')) : Promise.resolve('PONG')) as never;
    return connection;
  };
  const nodes = [{ duplicate } as unknown as Redis];
  const signals = new RedisLiveSignals({ nodes: () => nodes, clock, logger: silentLogger });
  await clock.advance(60_000);
  assert.equal(made, 1);
  isSilent = true;
  await clock.advance(2_050);
  assert.equal(made, 2);
  await signals.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('a server that is away is tried for more and more rarely, until stopped', async () => {
  const clock = new VirtualClock();
  let tries = 0;
  const away = {
    on() {},
    off() {},
    disconnect() {},
    connect: () => Promise.reject(new Error('away')),
  };
  const duplicate = () => {
    tries++;
    return away;
  };
  const signals = new RedisLiveSignals({
    nodes: () => [{ duplicate } as unknown as Redis],
    clock,
    logger: silentLogger,
  });
  await clock.advance(0);
  assert.equal(tries, 1);
  await clock.advance(50 + 100 + 200 + 400 + 800 + 1_600 + 2_000 + 2_000);
  assert.equal(tries, 9);
  await signals.stop();
  await clock.advance(60_000);
  assert.equal(tries, 9);
});

test('of a cluster it listens to one node, another one the next time', async () => {
  const clock = new VirtualClock();
  const redis = (await openRedis({ keyspace: 'cluster-node' })) as Redis;
  const asked: string[] = [];
  let last: Redis | undefined;
  const node = (name: string) => ({
    duplicate() {
      asked.push(name);
      last = redis.duplicate({ lazyConnect: true } as never);
      return last;
    },
  });
  const nodes = [node('a'), node('b')] as unknown as Redis[];
  let draw = 0;
  const random = () => draw;
  const signals = new RedisLiveSignals({ nodes: () => nodes, clock, logger: silentLogger, random });
  await clock.advance(0);
  draw = 0.9;
  last?.emit('end');
  await clock.advance(0);
  await clock.advance(50);
  nodes.length = 0;
  last?.emit('end');
  await clock.advance(0);
  await clock.advance(50);
  assert.deepEqual(asked, ['a', 'b']);
  assert.equal(clock.pendingTimers, 1);
  await signals.stop();
});

test('a signal that Redis does not take is counted, and nobody fails', async () => {
  const metrics = createMetrics();
  const publish = () => Promise.reject(new Error('away'));
  createSignalPublisher({ publish } as unknown as Redis, metrics).publish('order:1');
  await new VirtualClock().advance(0);
  assert.match(await metrics.text(), /^tiffin_live_signals_lost_total 1$/m);
});
