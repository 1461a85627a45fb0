import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { cancelledOrder, newOrder, type Order, type OrderItem, paidOrder, totalOf } from './order.ts';

const item = (quantity: number, amountCents: number, currency = 'EUR'): OrderItem => ({
  goodsId: '1',
  quantity,
  unitPrice: { amountCents, currency },
});
const address = { label: 'Home', street: 'S 1', city: 'Berlin', postalCode: '10119', area: 'Mitte' };
const items = [item(2, 450)];
const placed: Order = newOrder({
  ...{ id: '5', userId: '1', shopId: '7', items, total: totalOf(items), address },
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
