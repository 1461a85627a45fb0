import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../clock/clock.ts';
import { closeRedis, openRedis } from '../engines/redis.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openLiveSignals } from './open-live-signals.ts';
import { createSignalPublisher } from './signal-publisher.ts';

test('a gateway hears the services of its own process without a server', { timeout: 10_000 }, async () => {
  const keyspace = 'open-live-signals';
  const redis = await openRedis({ keyspace });
  const signals = await openLiveSignals({
    redisUrl: undefined,
    keyspace,
    clock: systemClock,
    logger: silentLogger,
  });
  const connected = Promise.withResolvers<void>();
  signals.subscribe('order:1', connected.resolve)();
  const end = signals.subscribe('order:2', connected.resolve);
  await connected.promise;
  end();
  const heard = Promise.withResolvers<string>();
  signals.subscribe('order:1', () => heard.resolve('order:1'));
  createSignalPublisher(redis, createMetrics()).publish('order:1');
  assert.equal(await heard.promise, 'order:1');
  await signals.stop();
  await closeRedis(redis);
});
