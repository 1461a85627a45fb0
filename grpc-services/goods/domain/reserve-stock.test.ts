import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { AppError } from '@tiffin/lib/errors/app-error';
import { plainEffect } from '@tiffin/lib/idempotency/idempotency';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { insertGoods } from '../data/goods-store.ts';
import { stockBranch } from '../data/stock-branch.ts';
import { createGoodsTestBed, type GoodsTestBed, merchant, shopId } from '../goods-test-bed.ts';
import { assertLedgerTells, assertOrdersBalance, readUnits } from '../stock-ledger-check.ts';
import { adjustStock } from './adjust-stock.ts';
import { deductStock } from './deduct-stock.ts';
import type { GoodsDeps } from './deps.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock, type StockItem } from './reserve-stock.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
});
after(() => bed.stop());

/** Three kinds of goods, of which 10, 20 and 0 units are there. */
let goodsIds: readonly [string, string, string];
let lastId = 0;
const nextId = () => String(++lastId);
beforeEach(async () => {
  goodsIds = [await addGoods(10), await addGoods(20), await addGoods(0)];
});

test('an order takes all its units and gives them all back', async () => {
  const [a, b] = goodsIds;
  const orderId = nextId();
  await reserve(orderId, { [b]: 3, [a]: 10 });
  assert.deepEqual(await available(), [0, 17, 0]);
  await release(orderId);
  assert.deepEqual(await available(), [10, 20, 0]);
  const entries = await assertLedgerTells(bed.deps.database, a);
  assert.deepEqual(
    entries.map(({ kind, after, reason }) => [kind, ...Object.values(after), reason]),
    [
      ['ADJUST', 10, 0, 0, 'Count'],
      ['RESERVE', 0, 10, 0, 'Ordered'],
      ['RELEASE', 10, 0, 0, 'Order given back'],
    ],
  );
});

test('an order that is paid takes its units for good', async () => {
  const [a] = goodsIds;
  const orderId = nextId();
  await reserve(orderId, { [a]: 4 });
  assert.deepEqual(await readUnits(bed.deps.database, a), { available: 6, frozen: 4, sold: 0 });
  await deductStock(bed.deps, own, orderId);
  assert.deepEqual(await readUnits(bed.deps.database, a), { available: 6, frozen: 0, sold: 4 });
  const entries = await assertLedgerTells(bed.deps.database, a);
  const last = { kind: 'DEDUCT', delta: { available: 0, frozen: -4, sold: 4 }, reason: 'Sold', orderId };
  assert.deepEqual({ ...entries.at(-1), ...last }, entries.at(-1));
  const orders = await assertOrdersBalance(bed.deps.database);
  assert.deepEqual(orders.get(orderId), { state: 'sold', units: { [a]: 4 } });
});

test('the same order reserves once and releases once, in turn or at the same time', async () => {
  const [a] = goodsIds;
  const orderId = nextId();
  await Promise.all([reserve(orderId, { [a]: 6 }), reserve(orderId, { [a]: 6 })]);
  await reserve(orderId, { [a]: 6 });
  assert.deepEqual(await available(), [4, 20, 0]);
  await Promise.all([release(orderId), release(orderId)]);
  await release(orderId);
  assert.deepEqual(await available(), [10, 20, 0]);
  await assertOrdersBalance(bed.deps.database);
});

test('an order that took the last units may ask again', async () => {
  const [a] = goodsIds;
  const orderId = nextId();
  await reserve(orderId, { [a]: 10 });
  await reserve(orderId, { [a]: 10 });
  assert.deepEqual(await available(), [0, 20, 0]);
});

test('a release that overtakes its reservation leaves nothing to reserve', async () => {
  const [a] = goodsIds;
  const orderId = nextId();
  await release(orderId);
  await assert.rejects(reserve(orderId, { [a]: 1 }), failsWith('TRANSACTION_ENDED'));
  assert.deepEqual(await available(), [10, 20, 0]);
});

test('a released order takes nothing again', async () => {
  const [a] = goodsIds;
  const orderId = nextId();
  await reserve(orderId, { [a]: 1 });
  await release(orderId);
  await assert.rejects(reserve(orderId, { [a]: 1 }), failsWith('TRANSACTION_ENDED'));
  assert.deepEqual(await available(), [10, 20, 0]);
});

test('an order that is short of anything takes nothing, and learns what is left', async () => {
  const [a, b, c] = goodsIds;
  const orderId = nextId();
  const short = (items: Record<string, number>) => reserve(orderId, items);
  await assert.rejects(short({ [a]: 1, [c]: 1 }), failsWith('OUT_OF_STOCK', { goodsId: c, available: 0 }));
  // In the order of the cart, not of the ids.
  const items = [
    { goodsId: b, quantity: 21 },
    { goodsId: a, quantity: 11 },
  ];
  await assert.rejects(
    reserveStock(bed.deps, own, orderId, items),
    failsWith('OUT_OF_STOCK', { goodsId: b, available: 20 }),
  );
  await assert.rejects(short({ [a]: 1, 999999: 1 }), failsWith('GOODS_NOT_FOUND', { goodsId: '999999' }));
  assert.deepEqual(await available(), [10, 20, 0]);
  // A refusal leaves no trace: the same order may come again with less.
  await short({ [a]: 1 });
  assert.deepEqual(await available(), [9, 20, 0]);
});

test('units that come back find their place above the largest stock, which then can only fall', async () => {
  const [a] = goodsIds;
  const orderId = nextId();
  await reserve(orderId, { [a]: 10 });
  await adjust(a, 1_000_000);
  await release(orderId);
  assert.equal((await available())[0], 1_000_010);
  await assert.rejects(adjust(a, 1), failsWith('INVALID_ARGUMENT'));
  await adjust(a, -5);
  assert.equal((await available())[0], 1_000_005);
});

test('the branch is written first, and the rows of the goods are locked by the last statement', async () => {
  const [a, b] = goodsIds;
  const orderIds = [nextId(), nextId()] as const;
  const statements = await statementsOf(async (deps) => {
    for (const orderId of orderIds) {
      await reserveStock(deps, own, orderId, [
        { goodsId: a, quantity: 1 },
        { goodsId: b, quantity: 1 },
      ]);
    }
    await deductStock(deps, own, orderIds[0]);
    await releaseStock(deps, own, orderIds[1]);
  });
  // Confirm and cancel say first how long they may wait.
  const isTimeout = (sql: string) => sql.startsWith('set local statement_timeout');
  assert.equal(statements.filter(isTimeout).length, 2);
  const work = statements.filter((sql) => !isTimeout(sql));
  const locks = work.map((sql) => (/for no key update of goods/.test(sql) ? 'goods' : 'branch'));
  const reservation = ['branch', 'goods'];
  const release = ['branch', 'branch', 'goods'];
  assert.deepEqual(locks, [...reservation, ...reservation, ...reservation, ...release]);
  for (const [index, sql] of work.entries()) {
    if (locks[index] === 'branch') assert.match(sql, /^\s*(insert into|update) "goods"\.tcc_branch/);
  }
});

test('whatever comes at once, the stock is the sum of the ledger and each order holds all or nothing', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new DemoRandom(seed);
    const stock = [await addGoods(30), await addGoods(15), await addGoods(5)] as const;
    const orderIds = Array.from({ length: 12 }, nextId);
    const carts = orderIds.map(() => randomCart(random, stock));
    const steps = Array.from({ length: 80 }, () => {
      const index = random.between(0, orderIds.length - 1);
      const [orderId = '', items = []] = [orderIds[index], carts[index]];
      switch (random.between(0, 5)) {
        case 0:
          return adjust(random.pick(stock), random.pick([-3, -1, 2, 4]));
        case 1:
          return release(orderId);
        case 2:
          return deductStock(bed.deps, own, orderId);
        default:
          return reserveStock(bed.deps, own, orderId, items);
      }
    });
    for (const outcome of await Promise.allSettled(steps)) {
      if (outcome.status === 'fulfilled') continue;
      const isRefusal =
        AppError.is(outcome.reason, 'OUT_OF_STOCK') || AppError.is(outcome.reason, 'TRANSACTION_ENDED');
      assert.ok(isRefusal, `seed ${seed}: ${outcome.reason}`);
    }
    for (const id of stock) await assertLedgerTells(bed.deps.database, id);
    const held = await assertOrdersBalance(bed.deps.database);
    orderIds.forEach((orderId, index) => {
      const wanted = Object.fromEntries(
        carts[index]?.map(({ goodsId, quantity }) => [goodsId, quantity]) ?? [],
      );
      const reserved = held.get(orderId);
      if (reserved)
        assert.deepEqual(reserved.units, wanted, `seed ${seed}: order ${orderId} holds something else`);
    });
  }
});

const own = callBy(ownProcess);
const release = (orderId: string) => releaseStock(bed.deps, own, orderId);
const adjust = (goodsId: string, delta: number) => {
  const call = callBy(merchant);
  const effect = plainEffect(bed.deps.database, call);
  return adjustStock(bed.deps, call, { goodsId, delta, reason: 'Count' }, effect);
};

function reserve(orderId: string, quantities: Record<string, number>): Promise<void> {
  const items = Object.entries(quantities).map(([goodsId, quantity]) => ({ goodsId, quantity }));
  return reserveStock(bed.deps, own, orderId, items);
}

/** What a use case sends inside of its transactions. */
async function statementsOf(run: (deps: GoodsDeps) => Promise<void>): Promise<string[]> {
  const statements: string[] = [];
  const { clock } = bed.deps;
  const database: Database = {
    ...bed.deps.database,
    transaction: (work, budget) =>
      bed.deps.database.transaction((em) => {
        const execute = em.execute.bind(em);
        em.execute = ((sql: string, ...rest: []) => {
          statements.push(sql);
          return execute(sql, ...rest);
        }) as typeof em.execute;
        return work(em);
      }, budget),
  };
  await run({ ...bed.deps, database, branches: createParticipant({ database, clock, branch: stockBranch }) });
  return statements;
}

async function available(): Promise<number[]> {
  const { goods } = await bed.api.batchGetGoods({ ids: [...goodsIds] }, own);
  return goods.map((slot) => slot.goods?.available ?? assert.fail());
}

async function addGoods(units: number): Promise<string> {
  const id = nextId();
  const price = { amountCents: 100, currency: 'EUR' };
  const bread = { id, shopId, name: 'Bread', description: '', price, categoryIds: [] };
  await insertGoods(bed.deps.database.fork(), { ...bread, available: 0, version: 1 });
  if (units > 0) await adjust(id, units);
  return id;
}

/** Different goods, in any order. */
function randomCart(random: DemoRandom, stock: readonly [string, ...string[]]): StockItem[] {
  const chosen = new Set(Array.from({ length: 3 }, () => random.pick(stock)));
  return [...chosen].map((goodsId) => ({ goodsId, quantity: random.between(1, 8) }));
}
