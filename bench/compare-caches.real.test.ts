import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { benchCases } from './bench-case.ts';
import { compareCaches } from './compare-caches.ts';

let postgres: RealPostgres;
let redis: RealRedis;
before(async () => {
  [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
});
after(() => Promise.all([postgres.drop(), redis.stop()]));

test('what a hot request asks of the engines, with the cache off, shared and on', async () => {
  const cases = benchCases().filter(({ name }) => ['MyOrders', 'BestShops'].includes(name));
  const env = { DATABASE_URL: postgres.url, DEMO_DATA: 'true', REDIS_URL: redis.url };
  const comparisons = await compareCaches(cases, env, { rounds: 9, requestsPerRound: 2 });
  const asked = comparisons.map(({ name, costs: { off, shared, on } }) => ({
    name,
    // Of the best round: on a busy machine what was asked together comes apart, and Redis may be too late.
    statements: [off, shared, on].map(({ statements }) => statements.min),
    roundTrips: [off, shared, on].map(({ roundTrips }) => roundTrips.min),
  }));
  assert.deepEqual(asked, [
    { name: 'MyOrders', statements: [6, 3, 3], roundTrips: [0, 3, 0] },
    { name: 'BestShops', statements: [3, 0, 0], roundTrips: [0, 5, 0] },
  ]);
  for (const { costs } of comparisons) {
    assert.ok(costs.off.cpu.median > 0);
    assert.equal(costs.on.ratio, costs.on.cpu.median / costs.off.cpu.median);
  }
});
