import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import {
  cancelledOrder,
  closedOrder,
  completedOrder,
  deliveredOrder,
  newOrder,
  type Order,
  type OrderItem,
  paidOrder,
  payableOf,
  totalOf,
} from './order.ts';

const item = (quantity: number, amountCents: number, currency = 'EUR'): OrderItem => ({
  goodsId: '1',
  quantity,
  unitPrice: { amountCents, currency },
});
const address = { label: 'Home', street: 'S 1', city: 'Berlin', postalCode: '10119', area: 'Mitte' };
const items = [item(2, 450)];
const placed: Order = newOrder({
  ...{ id: '5', userId: '1', shopId: '7', items, total: totalOf(items), address },
  couponId: undefined,
  discount: { amountCents: 0, currency: 'EUR' },
  walletAmount: { amountCents: 0, currency: 'EUR' },
  placedAt: new Date(0),
});

test('a new order waits for its payment', () => {
  assert.deepEqual([placed.status, placed.version], ['CREATED', 1]);
});

test('an order is paid or cancelled, once, and nothing else of it changes', () => {
  const paid = paidOrder(placed);
  const cancelled = cancelledOrder(placed);
  assert.deepEqual(paid, { ...placed, status: 'PAID', version: 2 });
  assert.deepEqual(cancelled, { ...placed, status: 'CANCELLED', version: 2 });
  for (const transition of [paidOrder, cancelledOrder]) {
    assert.throws(() => transition(paid), failsWith('ORDER_ALREADY_PAID', { orderId: '5' }));
    assert.throws(() => transition(cancelled), failsWith('ORDER_CANCELLED', { orderId: '5' }));
  }
});

test('an order that was not paid in time is closed, and then neither paid nor cancelled', () => {
  const closed = closedOrder(placed) ?? assert.fail();
  assert.deepEqual(closed, { ...placed, status: 'CLOSED', version: 2 });
  for (const transition of [paidOrder, cancelledOrder]) {
    assert.throws(() => transition(closed), failsWith('ORDER_CLOSED', { orderId: '5' }));
  }
  for (const decided of [paidOrder(placed), cancelledOrder(placed), closed]) {
    assert.equal(closedOrder(decided), undefined);
  }
});

const deliverySteps = ['ASSIGNED', 'PICKED_UP', 'DELIVERED'] as const;

test('a paid order goes where its delivery goes, never back, and what is told late changes nothing', () => {
  let order = paidOrder(placed);
  for (const [index, step] of deliverySteps.entries()) {
    order = deliveredOrder(order, step) ?? assert.fail();
    assert.deepEqual(order, { ...placed, status: step, version: 3 + index });
    for (const earlier of deliverySteps.slice(0, index + 1)) {
      assert.equal(deliveredOrder(order, earlier), undefined);
    }
  }
  assert.equal(deliveredOrder(paidOrder(placed), 'DELIVERED')?.version, 3);
  for (const other of [placed, cancelledOrder(placed), closedOrder(placed) ?? placed]) {
    for (const step of deliverySteps) assert.equal(deliveredOrder(other, step), undefined);
  }
});

test('only a delivered order is completed, once; whoever paid it learns that it is paid wherever it is', () => {
  const paid = paidOrder(placed);
  const delivered = deliveredOrder(paid, 'DELIVERED') ?? assert.fail();
  const completed = completedOrder(delivered) ?? assert.fail();
  assert.deepEqual(completed, { ...placed, status: 'COMPLETED', version: 4 });
  assert.equal(completedOrder(completed), undefined);
  for (const step of deliverySteps) assert.equal(deliveredOrder(completed, step), undefined);
  const assigned = deliveredOrder(paid, 'ASSIGNED') ?? assert.fail();
  for (const early of [placed, paid, assigned, cancelledOrder(placed)]) {
    assert.throws(() => completedOrder(early), failsWith('ORDER_NOT_DELIVERED', { orderId: '5' }));
  }
  for (const further of [assigned, delivered, completed]) {
    for (const transition of [paidOrder, cancelledOrder]) {
      assert.throws(() => transition(further), failsWith('ORDER_ALREADY_PAID'));
    }
  }
});

test('what is left to pay is the total less the discount and what the wallet pays', () => {
  const euros = (amountCents: number) => ({ amountCents, currency: 'EUR' });
  assert.deepEqual(payableOf(placed), euros(900));
  assert.deepEqual(payableOf({ ...placed, discount: euros(300), walletAmount: euros(100) }), euros(500));
  assert.deepEqual(payableOf({ ...placed, discount: euros(300), walletAmount: euros(600) }), euros(0));
});

test('the total is the sum of quantity times unit price, beyond 2^31 too', () => {
  assert.deepEqual(totalOf([item(3, 450), item(1, 0), item(2, 1)]), { amountCents: 1_352, currency: 'EUR' });
  assert.deepEqual(totalOf([item(1_000, 2 ** 31)]), { amountCents: 2_147_483_648_000, currency: 'EUR' });
  const largest = Number.MAX_SAFE_INTEGER;
  assert.equal(totalOf([item(1, largest - 1, 'JPY'), item(1, 1, 'JPY')]).amountCents, largest);
});

test('there is no total beyond 2^53 - 1, whatever rounding makes of the sum, and none of two currencies', () => {
  const largest = Number.MAX_SAFE_INTEGER;
  assert.throws(() => totalOf([item(1, largest), item(1, 1)]), violates('items'));
  assert.throws(() => totalOf([item(1, 450), item(1, 450, 'USD')]), violates('items'));
  const random = new DemoRandom(5);
  for (let round = 0; round < 1_000; round++) {
    const cart = Array.from({ length: random.between(1, 5) }, () =>
      item(random.between(1, 1_000), Math.floor(random.next() ** 4 * largest)),
    );
    const exact = cart.reduce(
      (sum, { quantity, unitPrice }) => sum + BigInt(quantity) * BigInt(unitPrice.amountCents),
      0n,
    );
    if (exact > BigInt(largest)) assert.throws(() => totalOf(cart), violates('items'));
    else assert.equal(BigInt(totalOf(cart).amountCents), exact);
  }
});
