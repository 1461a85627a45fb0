import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { openRedis } from '../../engines/redis.ts';
import { TokenBucket } from '../../resilience/token-bucket.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { createCache } from '../cache.ts';
import { createCacheMetrics } from '../cache-metrics.ts';
import type { CachedKind, LoadValues } from '../cached-kind.ts';
import { createRedisCacheStore } from '../redis-cache-store.ts';
import { StoreSwitch } from '../store-switch.ts';
import { type Thing, things } from '../testing/test-kind.ts';
import { createHotKeyList } from './hot-key-list.ts';
import { createHotLocalCache } from './hot-local-cache.ts';
import { warmKind, warmUp } from './warm-up.ts';

/** Its keys begin like those of `things`. */
const thingLists: CachedKind<Thing> = { ...things, name: 'thing list', key: (id) => `thing:list:${id}` };

let keyspaces = 0;

async function setUp() {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const redis = await openRedis({ keyspace: `warm-up-${++keyspaces}` });
  const local = createHotLocalCache({ clock, metrics, service: 'test' });
  const cache = createCache({
    clock,
    store: createRedisCacheStore(redis),
    storeSwitch: new StoreSwitch(clock),
    local,
    limiter: new TokenBucket({ clock, refillPerSecond: 10, capacity: 1 }),
    metrics: createCacheMetrics(metrics, 'test', clock),
    logger: silentLogger,
  });
  const list = createHotKeyList(redis, 'test', clock);
  const loads: string[] = [];
  const loader =
    (name: string): LoadValues<Thing> =>
    async (ids) => {
      loads.push(`${name} ${ids.length > 3 ? ids.length : ids.join()}`);
      return new Map(ids.map((id) => [id, { n: Number(id) }]));
    };
  const options = { service: 'test', clock, logger: silentLogger, cache, local, list };
  return { clock, redis, local, cache, list, loads, loader, options };
}

const hotKeys = (ids: readonly (number | string)[], prefix = 'thing:') =>
  ids.map((id) => ({ key: `${prefix}${id}`, count: 50 }));

describe('a warm-up', () => {
  it('has the recorded keys in this process and in Redis, and each of its own kind', async () => {
    const { redis, local, cache, list, loads, loader, options } = await setUp();
    await list.record([...hotKeys([1, 2]), ...hotKeys([7], 'thing:list:'), ...hotKeys([9], 'gone:')]);
    await warmUp([warmKind(things, loader('thing')), warmKind(thingLists, loader('list'))], options);
    assert.deepEqual(loads.toSorted(), ['list 7', 'thing 2,1']);
    assert.equal(await redis.exists('thing:1', 'thing:2', 'thing:list:7'), 3);
    assert.equal(await redis.exists('gone:9'), 0);
    assert.deepEqual(local.get('thing:1')?.value, { n: 1 });
    const found = await cache.find(things, ['1', '2'], { deadlineMs: Infinity }, loader('again'));
    assert.deepEqual([...found.keys()], ['1', '2']);
    assert.equal(loads.length, 2, 'the first reader waits for nobody');
  });

  it('reads at most a hundred of a kind at once', async () => {
    const { list, loads, loader, options } = await setUp();
    const ids = Array.from({ length: 150 }, (_, n) => n);
    await list.record(hotKeys(ids.slice(0, 75)));
    await list.record(hotKeys(ids.slice(75)));
    await warmUp([warmKind(things, loader('thing'))], options);
    assert.deepEqual(loads, ['thing 100', 'thing 50']);
  });

  it('does without what fails', async () => {
    const { local, list, loads, loader, options } = await setUp();
    await list.record([...hotKeys([1]), ...hotKeys([7], 'thing:list:')]);
    const fails: LoadValues<Thing> = () => Promise.reject(new Error('no database'));
    await warmUp([warmKind(thingLists, fails), warmKind(things, loader('thing'))], options);
    assert.deepEqual(loads, ['thing 1']);
    assert.ok(local.get('thing:1'));
  });

  it('lets the process start without a list', async () => {
    const { loads, loader, options } = await setUp();
    await warmUp([warmKind(things, loader('thing'))], options);
    const list = { read: () => Promise.reject(new Error('Redis is away')) };
    await warmUp([warmKind(things, loader('thing'))], { ...options, list });
    assert.deepEqual(loads, []);
  });

  it('takes two seconds at most, and begins nothing after them', async () => {
    const { clock, list, loads, loader, options } = await setUp();
    await list.record([...hotKeys([1]), ...hotKeys([7], 'thing:list:')]);
    const gate = Promise.withResolvers<Map<string, Thing>>();
    let isOver = false;
    const slow: LoadValues<Thing> = () => gate.promise;
    const over = warmUp([warmKind(things, slow), warmKind(thingLists, loader('list'))], options).then(() => {
      isOver = true;
    });
    await clock.advance(1_999);
    assert.equal(isOver, false);
    await clock.advance(1);
    await over;
    gate.resolve(new Map());
    await clock.advance(0);
    assert.deepEqual(loads, []);
    const silent = { read: () => new Promise<never>(() => {}) };
    const overToo = warmUp([warmKind(things, loader('thing'))], { ...options, list: silent });
    await clock.advance(2_000);
    await overToo;
  });
});
