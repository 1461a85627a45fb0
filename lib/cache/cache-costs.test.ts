import assert from 'node:assert/strict';
import { it } from 'node:test';
import { closeRedis, openRedis } from '../engines/redis.ts';
import { describeCacheCosts } from './cache-costs.contract.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { openCacheBed } from './testing/cache-bed.ts';

describeCacheCosts('inside this process', async () => {
  const redis = await openRedis({ keyspace: 'cache-costs' });
  return { redis, roundTrips: () => undefined, stop: () => closeRedis(redis) };
});

it('loads an absent id once a minute while it is asked for each half second', async (t) => {
  const redis = await openRedis({ keyspace: 'cache-costs-by-time' });
  t.after(() => closeRedis(redis));
  const bed = openCacheBed(createRedisCacheStore(redis));
  // Redis inside this process expires by the system's clock.
  t.mock.timers.enable({ apis: ['Date'], now: bed.clock.now() });
  const minutes = 10;
  for (let half = 0; half < minutes * 120; half++) {
    await bed.find(['7']);
    await bed.cache.stop();
    t.mock.timers.tick(500);
    await bed.clock.advance(500);
  }
  assert.ok(
    bed.loads.length >= 0.95 * minutes && bed.loads.length <= 1.05 * minutes + 1,
    `${bed.loads.length}`,
  );
});
