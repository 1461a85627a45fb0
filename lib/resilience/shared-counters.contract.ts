import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../clock/clock.ts';
import type { RedisClient } from '../engines/redis.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { SharedCounters } from './shared-counters.ts';

/** What holds of counters over any Redis. `open` connects to the same one each time. */
export function sharedCountersContract(open: () => Promise<RedisClient>): void {
  test('processes count together; a key is blocked until its window ends, and leaves nothing behind', async (t) => {
    const processes = [0, 1].map(
      () => new SharedCounters({ open, clock: systemClock, logger: silentLogger }),
    );
    t.after(() => Promise.all(processes.map((counters) => counters.stop())));
    await Promise.all(processes.map(({ ready }) => ready));
    const [one, other] = processes.map((counters) => counters.window({ limit: 10, windowMs: 60_000 }));
    assert.ok(one && other);
    assert.equal(await one.add('shared:a', 6), 0);
    assert.equal(await other.add('shared:a', 4), 0);
    const blockedMs = await other.add('shared:a', 1);
    assert.ok(blockedMs > 50_000 && blockedMs <= 60_000, `${blockedMs}`);
    assert.ok((await one.add('shared:a', 1)) > 0);
    assert.equal(await one.add('shared:b', 10), 0);
    const redis = await open();
    const ttlMs = await redis.pttl('shared:a');
    assert.ok(ttlMs > 50_000 && ttlMs <= 60_000, `${ttlMs}`);
    redis.disconnect();
  });
}
