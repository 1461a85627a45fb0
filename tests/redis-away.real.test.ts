import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreSwitch } from '@tiffin/lib/cache/store-switch';
import { systemClock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { TokenBucket } from '@tiffin/lib/resilience/token-bucket';
import type { StartService } from '@tiffin/lib/service/service';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { type SlowProxy, startSlowProxy } from '@tiffin/lib/testing/slow-proxy';
import type { Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';
import { type Answered, type ReadLoad, startReadLoad } from './read-load.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

/** Statements a second, of each service's database. The burst is a tenth of it. */
const CAP = 20;
/** Of any query, and of 99 in 100. */
const BUDGET_MS = 5_000;
const P99_MS = 1_000;
const QUERIES_PER_SECOND = 60;
const SHOPS = 300;
const GOODS_OF_A_SHOP = 3;
const FIRST_SHOP_ID = 7_000_000_000;
const IDS_A_QUERY = 5;
/** One after the other before the load begins: code that is not compiled yet takes several times as long. */
const WARM_UP_QUERIES = 300;
const AWAY_MS = 4_000;
const BACK_WITHIN_MS = 5_000;
const SLOW_MS = 200;
const WINDOW_MS = 250;
/** Of the keys that are asked for, while all is well. */
const MIN_HIT_RATE = 0.8;

/** Statements that read what is cached, and when they were sent: by service. */
const reads = new Map<string, number[]>();
const databases = new Map<string, Database>();

/** Notes each statement that a service reads cached tables with, on its way to the database. */
function watched(service: string, start: StartService, cachedTables: RegExp): StartService {
  const sentAtMs: number[] = [];
  reads.set(service, sentAtMs);
  return (platform) =>
    start({
      ...platform,
      async openDatabase(options) {
        const database = await platform.openDatabase(options);
        databases.set(service, database);
        return {
          ...database,
          query(sql, parameters) {
            if (cachedTables.test(sql)) sentAtMs.push(Date.now());
            return database.query(sql, parameters);
          },
        };
      },
    });
}

function watchedTopology(): Topology {
  const { goods, shop } = topology;
  assert.ok(goods?.kind === 'service' && shop?.kind === 'service');
  return {
    ...topology,
    goods: { ...goods, start: watched('goods', goods.start, /from goods\.(goods|category)\b/) },
    shop: { ...shop, start: watched('shop', shop.start, /from shop\.(shop|review)\b/) },
  };
}

const shopIds = Array.from({ length: SHOPS }, (_, index) => String(FIRST_SHOP_ID + index));
const anyOf = <Item>(items: readonly Item[]) => items[Math.floor(Math.random() * items.length)] as Item;

const places = Array.from({ length: IDS_A_QUERY }, (_, index) => index);

const bestShops = `query ($area: String!) { shops(first: 3, area: $area) { edges { node {
  name area category { name } rating { average reviewCount }
  goods(first: 2) { edges { node { name price { amountCents currency } } } } } } } }`;

const manyShops = `query (${places.map((place) => `$id${place}: ID!`).join(' ')}) {
  ${places.map((place) => `s${place}: shop(id: $id${place}) { name goods(first: 2) { edges { node { name } } } }`).join(' ')} }`;

/** The README's query, of an area each, and pages of many shops and their goods: most of them are not hot. */
function nextQuery() {
  return Math.random() < 0.3
    ? { text: bestShops, variables: { area: anyOf(['Mitte', 'Nord', 'Süd', 'West', 'Ost']) } }
    : {
        text: manyShops,
        variables: Object.fromEntries(places.map((place) => [`id${place}`, anyOf(shopIds)])),
      };
}

describe('the platform while Redis is away, under a steady load of reads', () => {
  let postgres: RealPostgres;
  let redis: RealRedis;
  let proxy: SlowProxy;
  let platform: PlatformUnderTest;
  let load: ReadLoad;
  let admin: string;
  let writes = 0;

  const mend = () => {
    proxy.delayMs = 0;
    proxy.mend();
  };

  before(async () => {
    [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
    proxy = await startSlowProxy(redis.url);
    const settings = {
      DATABASE_URL: postgres.url,
      DEMO_DATA: 'true',
      REDIS_URL: proxy.url,
      CACHE_FALLBACK_READS: String(CAP),
      SEARCH_REINDEX_INTERVAL: '0',
      // Everybody is at one address here.
      RATE_LIMIT_PER_ADDRESS: '0',
    };
    platform = await startPlatform(
      { REQUEST_TIMEOUT_MS: String(BUDGET_MS), RPC_TIMEOUT_MS: '2s', ...settings },
      watchedTopology(),
    );
    admin = await platform.logIn('admin');
    await insertShops();
    for (let query = 0; query < WARM_UP_QUERIES; query++) {
      const { text, variables } = nextQuery();
      await platform.query(text, { variables });
    }
    load = startReadLoad({ platform, clock: systemClock, queriesPerSecond: QUERIES_PER_SECOND, nextQuery });
    await untilNormal();
  });
  after(async () => {
    await load?.stop();
    await platform?.[Symbol.asyncDispose]();
    proxy?.stop();
    await Promise.all([postgres?.drop(), redis?.stop()]);
  });

  async function insertShops(): Promise<void> {
    const fill = (service: string, sql: string) =>
      databases.get(service)?.transaction(async (em) => {
        await em.execute("set local statement_timeout = 20000; set local tiffin.filling = 'on'");
        await em.execute(sql);
      });
    await fill(
      'shop',
      `insert into shop.shop (id, owner_id, name, description, category_id, area, status, version)
       select ${FIRST_SHOP_ID} + n, 1, 'Shop ' || n, 'old', (select min(category_id) from shop.shop), 'Far away', 'OPEN', 1
       from generate_series(0, ${SHOPS - 1}) as n`,
    );
    await fill(
      'goods',
      `insert into goods.goods (id, shop_id, name, description, price_cents, currency, category_ids, available, version)
       select (${FIRST_SHOP_ID} + n) * 10 + m, ${FIRST_SHOP_ID} + n, 'Goods ' || m, '', 100, 'EUR', '{}', 1, 1
       from generate_series(0, ${SHOPS - 1}) as n, generate_series(1, ${GOODS_OF_A_SHOP}) as m`,
    );
  }

  /** Keys by where their answers came from. */
  async function keysRead() {
    const of = (outcome: string) => platform.metric('tiffin_cache_reads_total', { outcome });
    const [local, hit, absent, miss, stale] = await Promise.all(
      ['local', 'hit', 'absent', 'miss', 'stale'].map(of),
    );
    const refused = await platform.metric('tiffin_cache_refused_keys_total');
    const answered = Number(local) + Number(hit) + Number(absent);
    return { answered, asked: answered + Number(miss) + Number(stale) + refused, refused };
  }

  /** Until the cache answers nearly all keys and nobody is refused. How long that took. */
  async function untilNormal(): Promise<number> {
    const beganMs = Date.now();
    let last = await keysRead();
    for (;;) {
      assert.ok(Date.now() < beganMs + 30_000, 'it does not come back');
      await delay(WINDOW_MS);
      const now = await keysRead();
      const asked = now.asked - last.asked;
      const isWell = asked > 0 && (now.answered - last.answered) / asked >= MIN_HIT_RATE;
      if (isWell && now.refused === last.refused) return Date.now() - beganMs;
      last = now;
    }
  }

  /** What the queries met that are asked from now on, and what of it the databases saw. */
  async function observe(t: TestContext, title: string, forMs: number, meanwhile = async () => {}) {
    const [fromMs, fromEpochMs, writesBefore] = [load.nowMs, Date.now(), writes];
    await Promise.all([delay(forMs), meanwhile()]);
    const [toMs, toEpochMs] = [load.nowMs, Date.now()];
    const answers = await load.between(fromMs, toMs);
    const seconds = (toEpochMs - fromEpochMs) / 1_000;
    const statements = [...reads].map(([service, sent]) => ({
      service,
      count: sent.filter((ms) => ms >= fromEpochMs && ms < toEpochMs).length,
    }));
    const sorted = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    const max = Math.round(sorted.at(-1) ?? 0);
    const outcomes = Map.groupBy(answers, ({ outcome }) => outcome);
    t.diagnostic(
      `${title}: ${answers.length} queries in ${seconds.toFixed(1)} s: ` +
        [...outcomes].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ') +
        `; ms p50 ${at(0.5)} p99 ${at(0.99)} max ${max}; statements a second: ` +
        statements.map(({ service, count }) => `${service} ${(count / seconds).toFixed(1)}`).join(', ') +
        `, cap ${CAP}`,
    );
    // The burst, and two reads past the cache for each write: by whoever writes, and for the index of search.
    const maxStatements = CAP * seconds + CAP / 10 + 1 + 2 * (writes - writesBefore);
    return { answers, statements, maxStatements, p50: at(0.5), p99: at(0.99), max };
  }

  type Observed = Awaited<ReturnType<typeof observe>>;

  function assertGuarded({ answers, statements, maxStatements, p99, max }: Observed): void {
    for (const { service, count } of statements)
      assert.ok(count <= maxStatements, `${service}: ${count} statements, at most ${maxStatements}`);
    assert.ok(answers.length > 100);
    assert.ok(p99 < P99_MS, `99 in 100 took up to ${p99} ms`);
    assert.ok(max < BUDGET_MS, `one took ${max} ms`);
    for (const answer of answers) assertTyped(answer);
  }

  function assertTyped({ outcome, retryAfterMs }: Answered): void {
    if (outcome === 'data' || outcome === 'degraded') return;
    assert.equal(outcome, 'UNAVAILABLE');
    assert.ok(typeof retryAfterMs === 'number' && retryAfterMs > 0, `retryAfterMs ${retryAfterMs}`);
  }

  async function assertBack(t: TestContext): Promise<void> {
    const tookMs = await untilNormal();
    t.diagnostic(`normal ${tookMs} ms after its return`);
    assert.ok(tookMs <= BACK_WITHIN_MS, `${tookMs} ms`);
  }

  async function describeShop(id: string, description: string): Promise<void> {
    const { data, errors } = await platform.query(
      `mutation ($input: UpdateShopInput!) { updateShop(input: $input) { __typename ... on Error { code } } }`,
      {
        variables: { input: { idempotencyKey: `${description}-${id}`, shopId: id, version: 1, description } },
        token: admin,
      },
    );
    writes++;
    assert.deepEqual(data?.updateShop, { __typename: 'UpdateShopSuccess' }, JSON.stringify(errors));
  }

  it('killed: the databases get their share, every answer is typed, and all is well soon after', async (t) => {
    await redis.kill();
    assertGuarded(await observe(t, 'killed', AWAY_MS));
    await redis.restart();
    await assertBack(t);
  });

  it('slow: the same', async (t) => {
    proxy.delayMs = SLOW_MS;
    t.after(mend);
    assertGuarded(await observe(t, 'slow', AWAY_MS));
    proxy.delayMs = 0;
    await assertBack(t);
  });

  it('cut off with all that it holds: writes succeed, and nothing old is answered 5 s after its return', async (t) => {
    const written = shopIds.slice(0, 40);
    const keys = written.map((id) => `shp:s:${id}`);
    const direct = await openRedis({ url: redis.url });
    t.after(() => closeRedis(direct));
    const query = `{ ${written.map((id, index) => `s${index}: shop(id: "${id}") { description }`).join(' ')} }`;
    const old = async () => {
      const { data } = await platform.query(query);
      return written.filter((_, index) => data?.[`s${index}`]?.description !== 'new').length;
    };
    assert.equal(await old(), written.length);
    proxy.cut();
    t.after(mend);
    const observed = await observe(t, 'cut off', AWAY_MS, async () => {
      for (const id of written) await describeShop(id, 'new');
    });
    assertGuarded(observed);
    const kept = await Promise.all(keys.map((key) => direct.exists(key)));
    assert.ok(kept.filter(Boolean).length > 10, `the old values still lie there: ${kept}`);
    proxy.mend();
    const backMs = Date.now();
    let lastOldMs = 0;
    while (Date.now() < backMs + BACK_WITHIN_MS) {
      const { data, errors } = await platform.query(query);
      if (!errors && Object.values(data).some((shop) => Object(shop).description === 'old'))
        lastOldMs = Date.now() - backMs;
      await delay(20);
    }
    t.diagnostic(`something old was answered until ${lastOldMs} ms after its return`);
    for (let look = 0; look < 20; look++) assert.equal(await old(), 0);
    await untilNormal();
  });

  it('the control: without the limiter the databases get what the cache kept from them', async (t) => {
    t.mock.method(TokenBucket.prototype, 'take', () => true);
    await redis.kill();
    const { statements, maxStatements } = await observe(t, 'killed, without the limiter', AWAY_MS / 2);
    await redis.restart();
    for (const { service, count } of statements)
      assert.ok(count > maxStatements, `${service}: ${count} statements`);
    t.mock.restoreAll();
    await untilNormal();
  });

  it('the control: without the switch each reader of a slow Redis waits for it', async (t) => {
    proxy.delayMs = SLOW_MS;
    t.after(mend);
    await delay(500);
    const switched = await observe(t, 'slow', AWAY_MS / 2);
    t.mock.method(StoreSwitch.prototype, 'mayAsk', () => true);
    const waiting = await observe(t, 'slow, without the switch', AWAY_MS / 2);
    proxy.delayMs = 0;
    // A command is given up after 50 ms, and an answer takes one after the other.
    assert.ok(waiting.p50 > switched.p50 + 40, `${switched.p50} ms and ${waiting.p50} ms`);
  });
});
