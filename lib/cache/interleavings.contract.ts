import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { RedisClient } from '../engines/redis.ts';
import { TokenBucket } from '../resilience/token-bucket.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { type Cache, createCache } from './cache.ts';
import { decodeEntry, encodeAbsent, encodeValue } from './cache-entry.ts';
import type { CacheStore } from './cache-store.ts';
import { createHotLocalCache } from './hot/hot-local-cache.ts';
import { type LocalCache, noLocalCache } from './local-cache.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { StoreSwitch } from './store-switch.ts';
import { everyOrder, type Turns } from './testing/every-order.ts';
import { setexStore, setnxStore } from './testing/naive-stores.ts';
import { noCacheMetrics } from './testing/no-metrics.ts';
import { type Thing, things } from './testing/test-kind.ts';

/** What the database holds under the one id: a number, or no row. */
type Row = number | undefined;

interface Actors {
  /** Each has a process of its own, which hears of nobody's writes. */
  readonly readers: number;
  /** Each commits the next row, and then deletes the key. */
  readonly writers: number;
  /** Whatever lies under the key, a lease above all, may end by itself: it expires, or Redis needs the room. */
  readonly isLost?: boolean;
  /** All are in one process, and the second reader and those after it come at any time. */
  readonly isOneProcess?: boolean;
  /** That process keeps values for itself, and the key is hot. */
  readonly isHot?: boolean;
}

interface Scenario extends Actors {
  readonly store: CacheStore;
  /** What the database holds at first, and after each commit. */
  readonly rows: readonly Row[];
  /** Whether the cache holds at first what the database does. */
  readonly isCached: boolean;
}

const id = '7';
const key = things.key(id);
const clock = new VirtualClock();
const changes = [1, 2, 3];
const insertAndRemoval = [undefined, 1, undefined];

interface Case extends Actors {
  readonly what: string;
  readonly rows: readonly Row[];
  readonly orders: number;
}

const cases: readonly Case[] = [
  { what: 'a reader and two writers', readers: 1, writers: 2, rows: changes, orders: 486 },
  { what: 'a reader, an insert and a removal', readers: 1, writers: 2, rows: insertAndRemoval, orders: 486 },
  {
    what: 'a reader that may lose its lease, and two writers',
    readers: 1,
    writers: 2,
    isLost: true,
    rows: changes,
    orders: 4866,
  },
  { what: 'two readers and a writer', readers: 2, writers: 1, rows: changes, orders: 1386 },
  {
    what: 'two readers and a writer in one process',
    readers: 2,
    writers: 1,
    isOneProcess: true,
    rows: changes,
    orders: 367,
  },
  {
    what: 'two readers and a writer in one process, of a hot key',
    readers: 2,
    writers: 1,
    isOneProcess: true,
    isHot: true,
    rows: changes,
    orders: 356,
  },
];

/**
 * The guarantee of the cache, tried in every order in which the steps of readers (look up, lease, read the database,
 * fill) and of writers (commit, delete) can come. The code of the cache is the real one; only its turns are given out.
 */
export function describeInterleavings(engine: string, open: () => Promise<RedisClient>): void {
  describe(`every order of reads and writes, ${engine}`, () => {
    let redis: RedisClient;
    let store: CacheStore;
    before(async () => {
      redis = await open();
      store = createRedisCacheStore(redis);
    });
    after(() => redis.disconnect());

    /** Plays all orders of the actors, from an empty cache and from one that holds the value. */
    async function playAll(actors: Actors, rows: readonly Row[], rule: CacheStore) {
      const faults: string[] = [];
      let kept = 0;
      let orders = 0;
      for (const isCached of [false, true]) {
        orders += await everyOrder(async (turns) => {
          const end = await play(redis, { ...actors, store: rule, rows, isCached }, turns);
          if (end.isKept) kept++;
          const start = isCached ? 'from a cache that holds it' : 'from an empty cache';
          if (end.fault) faults.push(`${turns.order.join(', ')} (${start}): ${end.fault}`);
        });
      }
      return { orders, kept, faults };
    }

    for (const { what, rows, orders: expected, ...actors } of cases) {
      it(`leaves nothing or the latest: ${what}`, async (t: TestContext) => {
        const { orders, kept, faults } = await playAll(actors, rows, store);
        t.diagnostic(`${orders} orders, of which ${kept} end with the latest in the cache`);
        assert.deepEqual(faults, []);
        // A cache that never keeps anything, and one that nobody tried, would be coherent as well.
        assert.equal(orders, expected);
        assert.ok(kept > orders / 20, `only ${kept} of ${orders} orders end with a value in the cache`);
      });
    }

    const control = (rule: string, naive: () => CacheStore) => {
      it(`would leave a stale value by the rule of ${rule}`, async (t: TestContext) => {
        const { orders, faults } = await playAll({ readers: 1, writers: 2 }, changes, naive());
        const stale = faults.filter((fault) => fault.includes('left'));
        t.diagnostic(`${stale.length} of ${orders} orders end stale, for one: ${stale[0]}`);
        assert.ok(stale.length > 0, 'The test cannot tell a cache that is coherent from one that is not.');
      });
    };
    control('SET NX', () => setnxStore(redis, store));
    control('SET', () => setexStore(redis, store));
  });
}

/** What one order came to. */
interface End {
  /** Whether a value or the note that there is none lies under the key. */
  readonly isKept: boolean;
  /** What is wrong, if anything. */
  readonly fault: string | undefined;
}

async function play(redis: RedisClient, scenario: Scenario, turns: Turns): Promise<End> {
  const { store, rows, readers, writers, isCached, isLost, isOneProcess, isHot } = scenario;
  await redis.del(key);
  if (isCached) await redis.set(key, entryOf(rows[0]), 'PX', 60_000);
  let commits = 0;
  /** The commit that a write has ended with: who reads from now on sees it, or a later one. */
  let floor = 0;
  const faults: string[] = [];
  const ends: Promise<unknown>[] = [];
  let shared: Cache | undefined;
  const local = isHot ? createHotLocalCache({ clock, metrics: createMetrics(), service: 'test' }) : undefined;
  local?.heat([key]);

  async function read(name: string, cache: Cache): Promise<void> {
    const least = floor;
    const load = () =>
      turns.take(`${name} reads the database`, () => {
        const row = rows[commits];
        return new Map(row === undefined ? [] : [[id, { n: row }]]);
      });
    const found = await cache.find(things, [id], { deadlineMs: Number.MAX_SAFE_INTEGER }, load);
    const row = found.get(id)?.n;
    if (!rows.slice(least).includes(row)) faults.push(`${name} got ${row} after the write of ${rows[least]}`);
    await cache.stop();
  }
  async function write(name: string): Promise<void> {
    const mine = await turns.take(`${name} commits`, () => ++commits);
    await turns.take(`${name} deletes`, () => store.delete([key]));
    shared?.forget([key]);
    floor = Math.max(floor, mine);
  }

  if (isOneProcess) shared = newCache(gated(store, turns, 'process'), local);
  for (let n = 1; n <= readers; n++) {
    const name = `reader ${n}`;
    const cache = shared ?? newCache(gated(store, turns, name));
    const isLate = shared && n > 1;
    ends.push(
      isLate ? turns.take(`${name} comes`, () => {}).then(() => read(name, cache)) : read(name, cache),
    );
  }
  for (let n = 1; n <= writers; n++) ends.push(write(`writer ${n}`));
  if (isLost) ends.push(turns.take('the key is lost', () => redis.del(key)));
  await turns.takeAll();
  await Promise.all(ends);

  const latest = rows[commits];
  const left = await redis.getBuffer(key);
  const entry = left ? readEntry(left) : 'nothing';
  const isKept = entry !== 'nothing' && entry !== 'a lease';
  if (isKept && entry !== latest) faults.push(`left ${entry} where ${latest} is the latest`);
  const own = local?.get(key);
  if (own && (own.value as Thing | undefined)?.n !== latest) faults.push(`keeps what ${latest} has replaced`);
  return { isKept, fault: faults[0] };
}

function newCache(store: CacheStore, local: LocalCache = noLocalCache): Cache {
  return createCache({
    clock,
    store,
    storeSwitch: new StoreSwitch(clock),
    local,
    limiter: new TokenBucket({ clock, refillPerSecond: 1, capacity: 1 }),
    metrics: noCacheMetrics,
    logger: silentLogger,
  });
}

/** The store, one of whose questions is one step. */
function gated(store: CacheStore, turns: Turns, name: string): CacheStore {
  return {
    getMany: (keys) => turns.take(`${name} looks up`, () => store.getMany(keys)),
    lease: (keys, lease, ttlMs) => turns.take(`${name} leases`, () => store.lease(keys, lease, ttlMs)),
    fill: (fills, lease) => turns.take(`${name} fills`, () => store.fill(fills, lease)),
    delete: (keys) => turns.take(`${name} drops`, () => store.delete(keys)),
  };
}

function entryOf(row: Row): Buffer {
  if (row === undefined) return encodeAbsent(clock.now());
  return encodeValue(things.codec.encode({ n: row }), things.codec.version, clock.now());
}

function readEntry(bytes: Buffer): Row | 'a lease' | 'garbage' {
  const entry = decodeEntry(bytes);
  if (!entry) return 'garbage';
  if (entry.kind === 'lease') return 'a lease';
  return entry.kind === 'value' ? things.codec.decode(entry.bytes).n : undefined;
}
