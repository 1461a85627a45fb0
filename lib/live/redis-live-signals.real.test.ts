import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Redis } from 'ioredis';
import { systemClock } from '../clock/clock.ts';
import { closeRedis, openRedis } from '../engines/redis.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { connected, describeLiveSignals } from './live-signals.contract.ts';
import { openLiveSignals } from './open-live-signals.ts';
import { RedisLiveSignals } from './redis-live-signals.ts';
import { createSignalPublisher } from './signal-publisher.ts';

let server: RealRedis;
before(async () => {
  server = await startRealRedis();
});
after(() => server.stop());

describeLiveSignals(
  'server',
  () => openRedis({ url: server.url }),
  async () => {},
);

test('a restarted server wakes every listener once, and is heard again', { timeout: 20_000 }, async () => {
  const redis = await openRedis({ url: server.url });
  const signals = new RedisLiveSignals({
    nodes: () => [redis as Redis],
    clock: systemClock,
    logger: silentLogger,
  });
  await connected(signals);
  let woken = 0;
  let next = Promise.withResolvers<void>();
  signals.subscribe('order:1', () => {
    woken++;
    next.resolve();
  });
  await server.restart();
  await next.promise;
  assert.equal(woken, 1);
  next = Promise.withResolvers();
  const publisher = await openRedis({ url: server.url });
  createSignalPublisher(publisher, createMetrics()).publish('order:1');
  await next.promise;
  assert.equal(woken, 2);
  assert.equal(Number(await (publisher as Redis).client('LIST').then(named)), 1);
  await signals.stop();
  await closeRedis(publisher);
  await closeRedis(redis);
});

test('a server that is away at the start is no error', { timeout: 20_000 }, async () => {
  await server.kill();
  const options = { redisUrl: server.url, keyspace: 'unused', clock: systemClock, logger: silentLogger };
  const signals = await openLiveSignals(options);
  const woken = Promise.withResolvers<void>();
  signals.subscribe('order:1', woken.resolve);
  await server.restart();
  await woken.promise;
  await signals.stop();
});

/** How many connections of ours listen. */
const named = (list: unknown) => String(list).match(/name=live:signals\b/g)?.length ?? 0;
