import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import { deleteAll } from '@tiffin/lib/engines/redis.contract';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { joinedKey } from '../data/keys.ts';
import type { SaleCounters } from '../data/sale-counters.ts';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { CounterLoader } from './load-counters.ts';

let joins: JoinTestBed;
let background: TaskScope;
before(async () => {
  joins = await openJoinTestBed();
  background = new TaskScope({ clock: joins.bed.clock, logger: silentLogger, metrics: createMetrics() });
});
after(() => joins.stop());
beforeEach(() => deleteAll(joins.redis));

function loaderWith(change: Partial<SaleCounters> = {}, lock = 'mine'): CounterLoader {
  const { counters, database } = joins.deps;
  return new CounterLoader({
    database,
    counters: { ...counters, ...change },
    newLock: () => lock,
    background,
  });
}

async function saleOf(units: number, users = 0) {
  const id = await joins.bed.addFlashSale(undefined, units);
  for (let user = 1; user <= users; user++) await joins.bed.addTicket(id, String(user));
  return joins.bed.getFlashSale(id);
}
const left = async (id: string) => (await joins.deps.counters.count([id]))[0]?.left;

describe('what Redis has lost', () => {
  it('comes from SQL: what is left less the queue, and everybody who has joined', async () => {
    const sale = await saleOf(20, 7);
    assert.equal(await loaderWith().load(sale), true);
    assert.equal(await left(sale.id), 13);
    assert.equal(await joins.redis.hlen(joinedKey(sale.id)), 7);
  });

  it('comes in bounded pages', async () => {
    const sale = await saleOf(2_000, 1_201);
    const sizes: number[] = [];
    const { loadPage } = joins.deps.counters;
    const loader = loaderWith({
      loadPage: (...args) => {
        sizes.push(args[2].length);
        return loadPage(...args);
      },
    });
    assert.equal(await loader.load(sale), true);
    assert.deepEqual(sizes, [500, 500, 201]);
    assert.equal(await joins.redis.hlen(joinedKey(sale.id)), 1_201);
    assert.equal(await left(sale.id), 799);
  });

  it('is rebuilt by one process, whatever number asks', async () => {
    const sale = await saleOf(5, 1);
    let loads = 0;
    const { load } = joins.deps.counters;
    const change: Partial<SaleCounters> = {
      load: (...args) => {
        loads++;
        return load(...args);
      },
    };
    const [a, b] = [loaderWith(change), loaderWith(change, 'yours')];
    const answers = await Promise.all([a.load(sale), b.load(sale), a.load(sale), b.load(sale)]);
    assert.deepEqual(answers, [true, false, true, false]);
    assert.equal(loads, 1);
  });

  it('is no half of it where Redis is lost in between, and comes with the next try', async () => {
    const sale = await saleOf(600, 501);
    const { loadPage, load } = joins.deps.counters;
    const flush = async () => void (await deleteAll(joins.redis));
    let pages = 0;
    const duringPages = loaderWith({
      async loadPage(...args) {
        if (++pages === 2) await flush();
        return loadPage(...args);
      },
    });
    assert.equal(await duringPages.load(sale), false);
    assert.equal(await left(sale.id), undefined);
    const atTheEnd = loaderWith({
      async load(...args) {
        await flush();
        return load(...args);
      },
    });
    assert.equal(await atTheEnd.load(sale), false);
    assert.equal(await left(sale.id), undefined);
    assert.equal(await loaderWith().load(sale), true);
    assert.equal(await left(sale.id), 99);
  });

  it('leaves the lock to the next where it failed', async () => {
    const sale = await saleOf(5, 1);
    const loadPage = () => Promise.reject(new RedisUnavailable('away'));
    assert.equal(await loaderWith({ loadPage }).load(sale), false);
    assert.equal(await loaderWith({}, 'yours').load(sale), true);
  });

  it('is nothing where there is no such flash sale', async () => {
    const sale = { ...(await saleOf(1)), id: '999' };
    assert.equal(await loaderWith().load(sale), false);
  });

  it('tells those who join meanwhile to come again soon', async () => {
    const saleId = await joins.addSale(3);
    const { counters } = joins.deps;
    await deleteAll(joins.redis);
    assert.equal(await counters.lock(saleId, 'somebody'), true);
    await joins.bed.clock.advance(200);
    await assert.rejects(joins.join(saleId, '11'), failsWith('UNAVAILABLE', { retryAfterMs: 50 }));
    await counters.unlock(saleId, 'somebody');
    assert.ok((await joins.join(saleId, '11')).ticket, 'whoever finds nobody at it waits for it');
  });
});
