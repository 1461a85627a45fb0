import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { systemClock } from '../clock/clock.ts';
import { closeRedis, type RedisClient } from '../engines/redis.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { RedisLiveSignals } from './redis-live-signals.ts';
import { createSignalPublisher } from './signal-publisher.ts';

/** Signals from one client to another, on the server and on its stand-in alike. */
export function describeLiveSignals(
  name: string,
  open: () => Promise<RedisClient>,
  close: () => Promise<void>,
): void {
  describe(`Signals: ${name}`, () => {
    let redis: RedisClient;
    let other: RedisClient;
    before(async () => {
      redis = await open();
      other = await open();
    });
    after(async () => {
      await closeRedis(redis);
      await closeRedis(other);
      await close();
    });

    it('wakes the listeners of a topic, of two processes, and nobody else', { timeout: 10_000 }, async () => {
      const metrics = createMetrics();
      const one = new RedisLiveSignals({
        nodes: () => [redis as Redis],
        clock: systemClock,
        logger: silentLogger,
      });
      const two = new RedisLiveSignals({
        nodes: () => [other as Redis],
        clock: systemClock,
        logger: silentLogger,
      });
      const heard: string[] = [];
      await Promise.all([connected(one), connected(two)]);
      const published = Promise.withResolvers<void>();
      let left = 3;
      const hear = (what: string) => () => {
        heard.push(what);
        if (--left === 0) published.resolve();
      };
      const ends = [
        one.subscribe('order:1', hear('one')),
        one.subscribe('order:1', hear('one again')),
        one.subscribe('order:2', hear('another order')),
        two.subscribe('order:1', hear('two')),
      ];
      const publisher = createSignalPublisher(other, metrics);
      publisher.publish('order:1');
      await published.promise;
      assert.deepEqual(heard.sort(), ['one', 'one again', 'two']);

      ends[0]?.();
      ends[3]?.();
      heard.length = 0;
      left = 2;
      const again = Promise.withResolvers<void>();
      one.subscribe('last', again.resolve);
      publisher.publish('order:1');
      publisher.publish('last');
      await again.promise;
      assert.deepEqual(heard, ['one again']);
      for (const end of ends) end();
      assert.equal(one.listeners, 1);
      assert.equal(two.listeners, 0);
      await one.stop();
      await two.stop();
      assert.equal(one.listeners, 0);
      assert.match(await metrics.text(), /^tiffin_live_signals_lost_total 0$/m);
    });
  });
}

/** Every listener is woken once when the connection stands: some signals may have been missed before. */
export function connected(signals: RedisLiveSignals): Promise<void> {
  return new Promise((resolve) => {
    const end = signals.subscribe('connected', () => {
      end();
      resolve();
    });
  });
}
