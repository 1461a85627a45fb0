import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { insertGoods } from '../data/goods-store.ts';
import { administrator, createGoodsTestBed, customer, type GoodsTestBed, shopId } from '../goods-test-bed.ts';
import { readLedger } from '../stock-ledger-check.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
  const price = { amountCents: 100, currency: 'EUR' };
  const bread = { shopId, name: 'Bread', description: '', price, categoryIds: [], available: 5, version: 1 };
  await insertGoods(bed.deps.database.fork(), { ...bread, id: '1' });
});
after(() => bed.stop());

const reserve = (items: { goodsId: string; quantity: number }[], identity: Identity = ownProcess) =>
  bed.stock.reserveStock({ orderId: '9', items }, callBy(identity));

test('no user moves the stock of orders, not even an administrator', async () => {
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [customer, 'FORBIDDEN'],
    [administrator, 'FORBIDDEN'],
  ] as const) {
    await assert.rejects(reserve([{ goodsId: '1', quantity: 1 }], identity), failsWith(code));
    await assert.rejects(bed.stock.releaseStock({ orderId: '9' }, callBy(identity)), failsWith(code));
  }
  assert.deepEqual(await readLedger(bed.deps.database, '1'), []);
});

test('bad input is named field by field', async () => {
  const one = { goodsId: '1', quantity: 1 };
  await assert.rejects(reserve([]), violates('items'));
  await assert.rejects(
    reserve(Array.from({ length: 51 }, (_, index) => ({ ...one, goodsId: String(index + 1) }))),
    violates('items'),
  );
  await assert.rejects(reserve([one, one]), violates('items'));
  await assert.rejects(
    reserve([one, { goodsId: 'x', quantity: 0 }]),
    violates('items[1].goodsId', 'items[1].quantity'),
  );
  for (const quantity of [-1, 0.5, 1_001, Number.NaN]) {
    await assert.rejects(reserve([{ ...one, quantity }]), violates('items[0].quantity'));
  }
  const call = callBy(ownProcess);
  await assert.rejects(bed.stock.reserveStock({ orderId: '', items: [one] }, call), violates('orderId'));
  await assert.rejects(bed.stock.releaseStock({ orderId: '0' }, call), violates('orderId'));
  assert.deepEqual(await readLedger(bed.deps.database, '1'), []);
});
