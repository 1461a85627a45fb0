import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { AppError } from '@tiffin/lib/errors/app-error';
import { plainEffect } from '@tiffin/lib/idempotency/idempotency';
import { callBy } from '@tiffin/lib/testing/call-by';
import { insertGoods } from '../data/goods-store.ts';
import { createGoodsTestBed, type GoodsTestBed, merchant, shopId } from '../goods-test-bed.ts';
import { assertLedgerTells, readLedger } from '../stock-ledger-check.ts';
import { adjustStock, type StockAdjustment } from './adjust-stock.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
});
after(() => bed.stop());

test('whatever adjustments come at once, the stock is the sum of the ledger and the ledger is the truth', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new DemoRandom(seed);
    const goodsIds = [`${seed}01`, `${seed}02`, `${seed}03`] as const;
    for (const id of goodsIds) await insertGoods(bed.deps.database.fork(), emptyGoods(id));
    const adjustments = Array.from({ length: 60 }, () => ({
      goodsId: random.pick(goodsIds),
      delta:
        random.between(0, 9) === 0
          ? random.pick([999_990, -999_990])
          : random.between(1, 30) * random.pick([1, -1]),
      reason: 'Count',
    }));
    const outcomes = await Promise.allSettled(adjustments.map((adjustment) => adjust(adjustment)));
    for (const id of goodsIds) {
      const accepted = adjustments.filter(({ goodsId }, index) => {
        return goodsId === id && outcomes[index]?.status === 'fulfilled';
      });
      const deltas = (await assertLedgerTells(bed.deps.database, id)).map((entry) => entry.delta.available);
      assert.deepEqual(deltas.toSorted(), accepted.map(({ delta }) => delta).toSorted(), `seed ${seed}`);
    }
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      const { reason } = outcome;
      assert.ok(
        AppError.is(reason, 'OUT_OF_STOCK') || AppError.is(reason, 'INVALID_ARGUMENT'),
        String(reason),
      );
    }
  }
});

test('an entry tells who moved the stock, by how much, when and why', async () => {
  await insertGoods(bed.deps.database.fork(), emptyGoods('77'));
  const reason = "Baker's dozen? \\o/";
  await adjust({ goodsId: '77', delta: 13, reason });
  const own = callBy({ kind: 'service', name: 'stocktaking' });
  await adjust({ goodsId: '77', delta: -1, reason: 'Count' }, own);
  const atMs = bed.deps.clock.now();
  assert.deepEqual(await readLedger(bed.deps.database, '77'), [
    { ...adjustment(13, 13), reason, actorId: merchant.userId, atMs },
    { ...adjustment(-1, 12), reason: 'Count', actorId: undefined, atMs },
  ]);
});

test('a refused adjustment leaves no entry', async () => {
  await insertGoods(bed.deps.database.fork(), emptyGoods('78'));
  await assert.rejects(adjust({ goodsId: '78', delta: -1, reason: 'Count' }));
  assert.deepEqual(await readLedger(bed.deps.database, '78'), []);
});

const adjust = (adjustment: StockAdjustment, call = callBy(merchant)) =>
  adjustStock(bed.deps, call, adjustment, plainEffect(bed.deps.database, call));

function adjustment(units: number, available: number) {
  return {
    kind: 'ADJUST',
    delta: { available: units, frozen: 0, sold: 0 },
    after: { available, frozen: 0, sold: 0 },
    orderId: undefined,
  };
}

function emptyGoods(id: string) {
  const price = { amountCents: 100, currency: 'EUR' };
  return { id, shopId, name: 'Bread', description: '', price, categoryIds: [], available: 0, version: 1 };
}
