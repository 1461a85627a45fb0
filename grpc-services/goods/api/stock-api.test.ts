import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { insertGoods } from '../data/goods-store.ts';
import {
  administrator,
  createGoodsTestBed,
  customer,
  type GoodsTestBed,
  merchant,
  shopId,
} from '../goods-test-bed.ts';
import { readLedger } from '../stock-ledger-check.ts';

const price = { amountCents: 100, currency: 'EUR' };
const bread = { shopId, name: 'Bread', description: '', price, categoryIds: [], available: 5, version: 1 };
let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
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
    const call = callBy(identity);
    await assert.rejects(bed.stock.deductStock({ orderId: '9' }, call), failsWith(code));
    await assert.rejects(bed.stock.releaseStock({ orderId: '9' }, call), failsWith(code));
    await assert.rejects(bed.stock.batchGetReservations({ orderIds: ['9'] }, call), failsWith(code));
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
  await assert.rejects(bed.stock.deductStock({ orderId: '-1' }, call), violates('orderId'));
  await assert.rejects(bed.stock.releaseStock({ orderId: '0' }, call), violates('orderId'));
  const tooMany = Array.from({ length: 101 }, (_, index) => String(index + 1));
  await assert.rejects(bed.stock.batchGetReservations({ orderIds: tooMany }, call), violates('orderIds'));
  assert.deepEqual(await readLedger(bed.deps.database, '1'), []);
});

test('the states of reservations come in the order of the ids, in one statement', async () => {
  const call = callBy(ownProcess);
  await insertGoods(bed.deps.database.fork(), { ...bread, id: '2', available: 0 });
  await bed.admin.adjustStock(
    { idempotencyKey: 'oven', goodsId: '2', delta: 5, reason: 'Baked' },
    callBy(merchant),
  );
  const items = [{ goodsId: '2', quantity: 1 }];
  for (const orderId of ['11', '12', '13']) await bed.stock.reserveStock({ orderId, items }, call);
  await bed.stock.deductStock({ orderId: '12' }, call);
  await bed.stock.releaseStock({ orderId: '13' }, call);
  await bed.stock.releaseStock({ orderId: '14' }, call);
  bed.statements.length = 0;
  const orderIds = ['14', '12', '99', '11', 'no id', '13', '12'];
  assert.deepEqual((await bed.stock.batchGetReservations({ orderIds }, call)).states, [
    'BRANCH_STATE_CANCELLED',
    'BRANCH_STATE_CONFIRMED',
    'BRANCH_STATE_UNSPECIFIED',
    'BRANCH_STATE_TRIED',
    'BRANCH_STATE_UNSPECIFIED',
    'BRANCH_STATE_CANCELLED',
    'BRANCH_STATE_CONFIRMED',
  ]);
  assert.equal(bed.statements.length, 1);
});
