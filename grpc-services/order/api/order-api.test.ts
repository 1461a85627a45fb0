import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { administrator, customer, stranger, strangersAddressId } from '../neighbours-test-bed.ts';
import { cartOf, createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';

let bed: OrderTestBed;
let goodsIds: string[];
/** Of the customer, in the order in which they were placed. */
let orderIds: string[];
let strangersOrderId: string;
before(async () => {
  bed = await createOrderTestBed();
  goodsIds = [await bed.addGoods(100), await bed.addGoods(100), await bed.addGoods(100)];
  orderIds = [];
  for (let n = 1; n <= 5; n++) orderIds.push((await bed.place(goodsIds.slice(0, 1 + (n % 3)))).id);
  strangersOrderId = (await bed.place(goodsIds, { addressId: strangersAddressId }, stranger)).id;
});
after(() => bed.stop());
beforeEach(() => {
  bed.statements.length = 0;
  bed.steps.begun.length = 0;
});

const get = async (ids: string[], identity: Identity = customer) => {
  const { orders } = await bed.api.batchGetOrders({ ids }, callBy(identity));
  return orders.map(({ order }) => order?.id);
};
const page = (parentId: string, first: number, after?: string) => ({ parentId, first, after });
const list = async (pages: ReturnType<typeof page>[], identity: Identity = customer) =>
  (await bed.api.batchListUserOrders({ pages }, callBy(identity))).pages;
const idsOf = ({ edges }: Awaited<ReturnType<typeof list>>[number]) => edges.map(({ order }) => order?.id);

test('orders are found by id with their items: one slot for each id, one statement for all', async () => {
  const [a = '', b = ''] = orderIds;
  assert.deepEqual(await get([b, 'x', '999', a, '', b]), [b, undefined, undefined, a, undefined, b]);
  assert.equal(bed.statements.length, 1);
  assert.deepEqual(await get([]), []);
  assert.deepEqual(await get(['x']), [undefined]);
  assert.equal(bed.statements.length, 1);
  const { orders } = await bed.api.batchGetOrders({ ids: [b] }, callBy(customer));
  assert.deepEqual(
    orders[0]?.order?.items.map(({ goodsId }) => goodsId),
    goodsIds,
  );
});

test("somebody else's order looks as if it did not exist; administrators and services see any", async () => {
  const ids = [strangersOrderId, orderIds[0] ?? ''];
  assert.deepEqual(await get(ids), [undefined, orderIds[0]]);
  assert.deepEqual(await get(ids, stranger), [strangersOrderId, undefined]);
  assert.deepEqual(await get(ids, userWith('77', 'MERCHANT')), [undefined, undefined]);
  for (const identity of [administrator, ownProcess]) assert.deepEqual(await get(ids, identity), ids);
  await assert.rejects(get(ids, anonymous), failsWith('UNAUTHENTICATED'));
});

test('orders are listed newest first, several pages of several users in one statement', async () => {
  const newestFirst = orderIds.toReversed();
  const [first] = await list([page(customer.userId, 2)]);
  const after = first?.edges.at(-1)?.cursor;
  bed.statements.length = 0;
  const pages = await list(
    [
      page(customer.userId, 2),
      page(stranger.userId, 5),
      page(customer.userId, 2, after),
      page('not-an-id', 5),
      page('999', 5),
      page(customer.userId, 5),
    ],
    ownProcess,
  );
  assert.equal(bed.statements.length, 1);
  assert.deepEqual(pages.map(idsOf), [
    newestFirst.slice(0, 2),
    [strangersOrderId],
    newestFirst.slice(2, 4),
    [],
    [],
    newestFirst,
  ]);
  assert.deepEqual(
    pages.map(({ hasNextPage }) => hasNextPage),
    [true, false, true, false, false, false],
  );
  assert.deepEqual(pages[5]?.edges[0]?.order?.items.length, 3);
});

test('the list of somebody else is refused', async () => {
  const theirs = [page(customer.userId, 5), page(stranger.userId, 5)];
  await assert.rejects(list(theirs), failsWith('FORBIDDEN'));
  await assert.rejects(list(theirs, anonymous), failsWith('UNAUTHENTICATED'));
  await assert.rejects(list([], anonymous), failsWith('UNAUTHENTICATED'));
  for (const identity of [administrator, ownProcess]) {
    assert.deepEqual((await list(theirs, identity)).map(idsOf), [orderIds.toReversed(), [strangersOrderId]]);
  }
  assert.deepEqual(await list([]), []);
});

test('broken cursors, page sizes and batches are refused', async () => {
  for (const broken of [page('1', 0), page('1', 101)])
    await assert.rejects(list([broken]), violates('first'));
  for (const after of ['', 'x', 'W10']) await assert.rejects(list([page('1', 5, after)]), violates('after'));
  const tooMany = Array.from({ length: 101 }, () => '1');
  await assert.rejects(get(tooMany), violates('ids'));
  await assert.rejects(list(tooMany.map((id) => page(id, 1))), violates('pages'));
});

test('bad input is named field by field, before anything is asked', async () => {
  const [a = '', b = ''] = goodsIds;
  const place = (change: Parameters<typeof cartOf>[1]) =>
    bed.api.placeOrder(cartOf([a, b], change), callBy(customer));
  const one = { goodsId: a, quantity: 1 };
  const money = { amountCents: 900, currency: 'EUR' };
  await assert.rejects(place({ idempotencyKey: '' }), violates('idempotencyKey'));
  await assert.rejects(place({ idempotencyKey: 'x'.repeat(65) }), violates('idempotencyKey'));
  await assert.rejects(place({ shopId: 'x', addressId: '' }), violates('shopId', 'addressId'));
  await assert.rejects(place({ items: [one, one] }), violates('items'));
  const tooMany = Array.from({ length: 51 }, (_, index) => ({ ...one, goodsId: String(index + 1) }));
  await assert.rejects(place({ items: tooMany }), violates('items'));
  await assert.rejects(
    place({ items: [one, { goodsId: '-1', quantity: 0 }] }),
    violates('items[1].goodsId', 'items[1].quantity'),
  );
  for (const quantity of [-1, 0, 0.5, 1_001, Number.NaN]) {
    await assert.rejects(place({ items: [{ ...one, quantity }] }), violates('items[0].quantity'));
  }
  await assert.rejects(place({ expectedTotal: undefined }), violates('expectedTotal'));
  for (const amountCents of [-1, 0.5, 2 ** 53]) {
    await assert.rejects(
      place({ expectedTotal: { ...money, amountCents } }),
      violates('expectedTotal.amountCents'),
    );
  }
  await assert.rejects(
    place({ expectedTotal: { ...money, currency: 'eur' } }),
    violates('expectedTotal.currency'),
  );
  await assert.rejects(place({ couponId: 'x' }), violates('couponId'));
  for (const walletAmount of [
    { ...money, amountCents: -1 },
    { ...money, amountCents: 0.5 },
  ]) {
    await assert.rejects(place({ walletAmount }), violates('walletAmount.amountCents'));
  }
  const order = { idempotencyKey: newKey(), orderId: '1' };
  const pay = (change: object) =>
    bed.api.payOrder({ ...order, paymentToken: 'sandbox-ok', ...change }, callBy(customer));
  await assert.rejects(pay({ idempotencyKey: '', orderId: 'x' }), violates('idempotencyKey', 'orderId'));
  for (const paymentToken of ['', 'tok_visa']) {
    await assert.rejects(pay({ paymentToken }), violates('paymentToken'));
  }
  const cancel = bed.api.cancelOrder({ idempotencyKey: '', orderId: '0' }, callBy(customer));
  await assert.rejects(cancel, violates('idempotencyKey', 'orderId'));
  const complete = bed.api.completeOrder({ idempotencyKey: '', orderId: '0' }, callBy(customer));
  await assert.rejects(complete, violates('idempotencyKey', 'orderId'));
  assert.deepEqual([bed.statements, bed.steps.begun], [[], []]);
});

test('only customers order', async () => {
  const place = (identity: Identity) => bed.api.placeOrder(cartOf(goodsIds), callBy(identity));
  await assert.rejects(place(anonymous), failsWith('UNAUTHENTICATED'));
  for (const identity of [userWith('2', 'MERCHANT'), userWith('3', 'ADMIN'), ownProcess]) {
    await assert.rejects(place(identity), failsWith('FORBIDDEN'));
  }
  assert.deepEqual(bed.steps.begun, []);
});
