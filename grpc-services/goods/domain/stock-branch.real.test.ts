import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { insertGoods } from '../data/goods-store.ts';
import { moveStock } from '../data/move-stock.ts';
import { stockBranch } from '../data/stock-branch.ts';
import { goodsSchema } from '../goods-test-bed.ts';
import { assertLedgerTells, assertOrdersBalance, readUnits } from '../stock-ledger-check.ts';
import { auditStock } from './audit-stock.ts';
import { deductStock } from './deduct-stock.ts';
import type { GoodsDeps } from './deps.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock, type StockItem } from './reserve-stock.ts';

const clock = new VirtualClock(1_900_000_000_000);
let server: RealPostgres;
let database: Database;
/** A connection of its own: the pool is the traffic's. */
let auditor: Database;
let deps: GoodsDeps;
before(async () => {
  server = await createRealPostgres();
  // Waiting for a row's lock counts as the statement's time, and waiting for a connection as the connection's.
  const patience = { poolSize: 20, statementTimeoutMs: 10_000, connectTimeoutMs: 30_000 };
  database = await openDatabase({ ...goodsSchema, ...patience, url: server.url });
  auditor = await openDatabase({ ...goodsSchema, url: server.url, poolSize: 1 });
  const branches = createParticipant({ database, clock, branch: stockBranch });
  deps = { clock, database, branches } as Partial<GoodsDeps> as GoodsDeps;
});
after(async () => {
  await auditor?.close();
  await database.close();
  await server.drop();
});

test('of 50 orders that race for 7 units, 7 get one, and the others learn that none is left', async () => {
  await addGoods('1', 7);
  const orderIds = idsFrom(1, 50);
  const outcomes = await Promise.allSettled(orderIds.map((orderId) => reserve(orderId, units({ 1: 1 }))));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 7);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      failsWith('OUT_OF_STOCK', { goodsId: '1', available: 0 })(outcome.reason);
    }
  }
  assert.deepEqual(await readUnits(database, '1'), { available: 0, frozen: 7, sold: 0 });
  assert.equal((await assertLedgerTells(database, '1')).length, 8);
  assert.equal((await assertOrdersBalance(database)).size, 7);
});

test('a try and a cancel of the same order at once leave nothing frozen, whichever comes first', async () => {
  await addGoods('2', 300);
  const orderIds = idsFrom(1_000, 100);
  await Promise.all(
    orderIds.flatMap((orderId) => {
      const late = (call: Promise<void>) => call.catch(failsWith('TRANSACTION_ENDED'));
      const attempt = () => late(reserve(orderId, units({ 2: 2 })));
      return [attempt(), releaseStock(deps, own, orderId), attempt()];
    }),
  );
  assert.deepEqual(await readUnits(database, '2'), { available: 300, frozen: 0, sold: 0 });
  await assertLedgerTells(database, '2');
  const orders = await assertOrdersBalance(database);
  for (const orderId of orderIds) assert.equal(orders.get(orderId), undefined);
});

test('a confirm and a cancel of the same order at once: one of them happens', async () => {
  await addGoods('3', 300);
  const orderIds = idsFrom(2_000, 100);
  for (const orderId of orderIds) await reserve(orderId, units({ 3: 1 }));
  const ends = orderIds.flatMap((id) => [deductStock(deps, own, id), releaseStock(deps, own, id)]);
  const outcomes = await Promise.allSettled(ends);
  for (const [index, orderId] of orderIds.entries()) {
    const pair = outcomes.slice(2 * index, 2 * index + 2);
    assert.equal(pair.filter(({ status }) => status === 'fulfilled').length, 1, orderId);
    for (const one of pair) if (one.status === 'rejected') failsWith('TRANSACTION_ENDED')(one.reason);
  }
  const { available, frozen, sold } = await readUnits(database, '3');
  assert.deepEqual([available + sold, frozen], [300, 0]);
  await assertLedgerTells(database, '3');
  await assertOrdersBalance(database);
});

test('who asks for goods that are sold out does not wait for the lock on their row', async () => {
  await addGoods('4', 1);
  await addGoods('5', 1);
  await reserve('3000', units({ 4: 1 }));
  let waiting: Promise<void> | undefined;
  await database.transaction(async (em) => {
    await em.execute('select from goods.goods where id in (4, 5) for update');
    await assert.rejects(reserve('3001', units({ 4: 1 })), failsWith('OUT_OF_STOCK'));
    // One for which there are units does wait: the lock is real.
    waiting = reserve('3002', units({ 5: 1 }));
    while ((await locksAwaited()) === 0) await database.ping();
  });
  await waiting;
});

test('orders over the same goods in any order, at once: no deadlock, no unit lost, and no false finding of the audit', async () => {
  const goodsIds = ['11', '12', '13', '14'] as const;
  for (const id of goodsIds) await addGoods(id, 200);
  const random = new DemoRandom(7);
  const steps = Array.from({ length: 600 }, (_, index) => {
    const orderId = String(5_000 + Math.floor(index / 3));
    switch (random.between(0, 5)) {
      case 0:
        return releaseStock(deps, own, orderId);
      case 1:
        return deductStock(deps, own, orderId);
      case 2:
        return move(random.pick(goodsIds), random.pick([-2, 3]));
      default: {
        const chosen = [...new Set(Array.from({ length: 4 }, () => random.pick(goodsIds)))];
        const items = chosen.map((goodsId) => ({ goodsId, quantity: random.between(1, 4) }));
        return reserve(orderId, items);
      }
    }
  });
  let isOver = false;
  const traffic = Promise.allSettled(steps).finally(() => {
    isOver = true;
  });
  let audits = 0;
  for (; !isOver; audits++) assert.deepEqual(await allFindings(auditStock({ database: auditor })), []);
  assert.ok(audits >= 3, `Only ${audits} audits ran beside the traffic.`);
  for (const outcome of await traffic) {
    if (outcome.status === 'fulfilled') continue;
    const { reason } = outcome;
    assert.ok(
      AppError.is(reason, 'OUT_OF_STOCK') || AppError.is(reason, 'TRANSACTION_ENDED'),
      String(reason),
    );
  }
  for (const id of goodsIds) await assertLedgerTells(database, id);
  await assertOrdersBalance(database);
});

const own = callBy(ownProcess);
const reserve = (orderId: string, items: StockItem[]) => reserveStock(deps, own, orderId, items);
const idsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => String(first + index));

function units(quantities: Record<string, number>): StockItem[] {
  return Object.entries(quantities).map(([goodsId, quantity]) => ({ goodsId, quantity }));
}

function move(goodsId: string, delta: number) {
  const atMs = clock.now();
  return moveStock(database.fork(), { goodsId, delta, reason: 'Test', actorId: undefined, atMs }, 1_000_000);
}

async function locksAwaited(): Promise<number> {
  const waiting = await database.query(
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  return waiting.length;
}

async function addGoods(id: string, available: number): Promise<void> {
  const price = { amountCents: 100, currency: 'EUR' };
  const bread = { id, shopId: '7', name: 'Bread', description: '', price, categoryIds: [] };
  await insertGoods(database.fork(), { ...bread, available: 0, version: 1 });
  await move(id, available);
}
