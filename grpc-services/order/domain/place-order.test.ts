import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { updateGoods } from '@tiffin/goods/domain/update-goods';
import { AppError } from '@tiffin/lib/errors/app-error';
import { plainEffect } from '@tiffin/lib/idempotency/idempotency';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { orderApi } from '../api/order-api.ts';
import {
  addressId,
  administrator,
  closedShopId,
  customer,
  type Fault,
  home,
  openShopId,
  otherShopId,
  type Step,
  stranger,
  strangersAddressId,
} from '../neighbours-test-bed.ts';
import { cartOf, createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
/** 10 and 20 units. */
let goodsIds: [string, string];
beforeEach(async () => {
  bed.steps.fault = () => {};
  goodsIds = [await bed.addGoods(10), await bed.addGoods(20)];
  bed.steps.begun.length = 0;
});

const call = callBy(customer);
const stock = async () => [await bed.available(goodsIds[0]), await bed.available(goodsIds[1])];

test('an order takes its stock and keeps prices and address as they were', async () => {
  const [a, b] = goodsIds;
  const items = [
    { goodsId: b, quantity: 3 },
    { goodsId: a, quantity: 2 },
  ];
  const total = { amountCents: 2_250, currency: 'EUR' };
  const order = await bed.place([], { items, expectedTotal: total });
  const unitPrice = { amountCents: 450, currency: 'EUR' };
  assert.deepEqual(order, {
    id: order.id,
    userId: customer.userId,
    shopId: openShopId,
    status: 'ORDER_STATUS_CREATED',
    items: items.map((item) => ({ ...item, unitPrice })),
    total,
    couponId: undefined,
    discount: { amountCents: 0, currency: 'EUR' },
    walletAmount: { amountCents: 0, currency: 'EUR' },
    payable: total,
    address: home,
    placedAt: new Date(bed.clock.now()),
    version: 1,
    flashSaleId: undefined,
  });
  assert.deepEqual(await stock(), [8, 17]);
  const owner = callBy(ownProcess);
  const price = { amountCents: 990, currency: 'EUR' };
  const effect = plainEffect(bed.goods.deps.database, owner);
  await updateGoods(bed.goods.deps, owner, { goodsId: a, version: 1, change: { price } }, effect);
  assert.deepEqual((await bed.api.batchGetOrders({ ids: [order.id] }, call)).orders, [{ order }]);
  await bed.assertBalanced(goodsIds);
});

test('an order costs one rpc to each neighbour and one reservation, whatever its size', async () => {
  const many = await Promise.all(Array.from({ length: 50 }, () => bed.addGoods(1)));
  await bed.place(many);
  const expected: Step[] = ['batchGetShops', 'batchGetGoods', 'batchGetAddresses', 'reserveStock', 'commit'];
  assert.deepEqual(bed.steps.begun, expected);
});

test('what an order rests on is asked as it is now, whatever caches there are', async () => {
  const { shops, goods, accounts } = bed.deps;
  const seen: CallContext['freshness'][] = [];
  const watch =
    <Request, Answer>(ask: (request: Request, context: CallContext) => Promise<Answer>) =>
    (request: Request, context: CallContext) => {
      seen.push(context.freshness);
      return ask(request, context);
    };
  const api = orderApi({
    ...bed.deps,
    shops: { batchGetShops: watch(shops.batchGetShops) },
    goods: { batchGetGoods: watch(goods.batchGetGoods) },
    accounts: { batchGetAddresses: watch(accounts.batchGetAddresses) },
  });
  await api.placeOrder(cartOf(goodsIds), call);
  assert.deepEqual(seen, ['latest', 'latest', 'latest']);
});

test('amounts beyond 2^31 come back to the cent', async () => {
  const dear = await bed.addGoods(1_000, { amountCents: 2 ** 32 + 1 });
  const expectedTotal = { amountCents: 1_000 * (2 ** 32 + 1), currency: 'EUR' };
  const items = [{ goodsId: dear, quantity: 1_000 }];
  const { id } = await bed.place([], { items, expectedTotal });
  const [found] = (await bed.api.batchGetOrders({ ids: [id] }, call)).orders;
  assert.deepEqual(found?.order?.total, expectedTotal);
  assert.deepEqual(found?.order?.items[0]?.unitPrice, { amountCents: 2 ** 32 + 1, currency: 'EUR' });
});

test('each refusal names what is wrong, and reserves nothing', async () => {
  const [a, b] = goodsIds;
  const elsewhere = await bed.addGoods(5, { shopId: otherShopId });
  const place = (ids: readonly string[], change = {}) => bed.place(ids, change);
  await assert.rejects(place([]), failsWith('EMPTY_CART'));
  await assert.rejects(place([a], { shopId: '999' }), failsWith('SHOP_NOT_FOUND', { shopId: '999' }));
  await assert.rejects(
    place([a], { shopId: closedShopId }),
    failsWith('SHOP_CLOSED', { shopId: closedShopId }),
  );
  await assert.rejects(place([a, '999']), failsWith('GOODS_NOT_FOUND', { goodsId: '999' }));
  await assert.rejects(place([a, elsewhere]), failsWith('GOODS_NOT_FOUND', { goodsId: elsewhere }));
  for (const id of ['999', strangersAddressId]) {
    await assert.rejects(place([a], { addressId: id }), failsWith('ADDRESS_NOT_FOUND', { addressId: id }));
  }
  const currentTotal = { amountCents: 900, currency: 'EUR' };
  for (const expectedTotal of [
    { ...currentTotal, amountCents: 899 },
    { ...currentTotal, amountCents: 901 },
    { ...currentTotal, currency: 'USD' },
  ]) {
    await assert.rejects(place([a, b], { expectedTotal }), failsWith('PRICE_CHANGED', { currentTotal }));
  }
  assert.ok(!bed.steps.begun.includes('reserveStock'));
  assert.deepEqual(await stock(), [10, 20]);
  const items = [
    { goodsId: a, quantity: 1 },
    { goodsId: b, quantity: 21 },
  ];
  await assert.rejects(
    place([], { items, expectedTotal: { ...currentTotal, amountCents: 9_900 } }),
    failsWith('OUT_OF_STOCK', { goodsId: b, available: 20 }),
  );
  assert.deepEqual(await stock(), [10, 20]);
  await bed.assertBalanced([a, b]);
});

test('goods without a common total are no cart', async () => {
  const dollars = await bed.addGoods(5, { currency: 'USD' });
  await assert.rejects(bed.place([goodsIds[0], dollars]), violates('items'));
  const dear = await bed.addGoods(5, { amountCents: Number.MAX_SAFE_INTEGER });
  await assert.rejects(bed.place([goodsIds[0], dear]), violates('items'));
});

test('orders go to the address of the one who orders, whatever else they may see', async () => {
  await assert.rejects(
    bed.place([goodsIds[0]], { addressId }, administrator),
    failsWith('ADDRESS_NOT_FOUND'),
  );
  await assert.rejects(bed.place([goodsIds[0]], { addressId }, stranger), failsWith('ADDRESS_NOT_FOUND'));
});

const away = new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
const failAt =
  (failing: Step, moment: 'before' | 'after', times = 1): Fault =>
  (step, when) => {
    if (step === failing && when === moment && times-- > 0) throw away;
  };

for (const step of ['batchGetShops', 'batchGetGoods', 'batchGetAddresses'] as const) {
  test(`where ${step} fails, nothing is reserved and nothing created`, async () => {
    const ordersBefore = await bed.ordersOf(customer.userId);
    bed.steps.fault = failAt(step, 'before');
    await assert.rejects(bed.place(goodsIds), failsWith('UNAVAILABLE'));
    assert.deepEqual(bed.steps.begun.includes('reserveStock'), false);
    assert.deepEqual(await stock(), [10, 20]);
    assert.deepEqual(await bed.ordersOf(customer.userId), ordersBefore);
  });
}

for (const [step, when] of [
  ['reserveStock', 'before'],
  ['reserveStock', 'after'],
  ['commit', 'before'],
] as const) {
  for (const failedReleases of [0, 1, 3]) {
    test(`where ${step} fails (${when} it happened) and then ${failedReleases} releases, all stock returns`, async () => {
      const ordersBefore = await bed.ordersOf(customer.userId);
      const lostRelease = failAt('releaseStock', 'after', failedReleases);
      const lost = failAt(step, when);
      bed.steps.fault = (...args) => {
        lost(...args);
        lostRelease(...args);
      };
      await assert.rejects(bed.inTime(bed.place(goodsIds)), failsWith('UNAVAILABLE'));
      await bed.transactionsEnd();
      assert.deepEqual(await stock(), [10, 20]);
      assert.deepEqual(await bed.ordersOf(customer.userId), ordersBefore);
      await bed.assertBalanced(goodsIds);
    });
  }
}

test('where the commit fails, all is free as soon as the customer knows, and no recovery is needed', async () => {
  bed.steps.fault = failAt('commit', 'before');
  const startMs = bed.clock.now();
  await assert.rejects(bed.place(goodsIds), failsWith('UNAVAILABLE'));
  assert.deepEqual([await stock(), bed.clock.now()], [[10, 20], startMs]);
  await bed.assertBalanced(goodsIds);
});

test('an order whose commit came through, but not the answer, stands and keeps its stock', async () => {
  const ordersBefore = await bed.ordersOf(customer.userId);
  bed.steps.fault = failAt('commit', 'after');
  await assert.rejects(bed.place(goodsIds), failsWith('UNAVAILABLE'));
  assert.ok(!bed.steps.begun.includes('releaseStock'));
  assert.equal((await bed.ordersOf(customer.userId)).length, ordersBefore.length + 1);
  assert.deepEqual(await stock(), [9, 19]);
  await bed.assertBalanced(goodsIds);
});

test('a caller that goes away after the reservation gets no order, and the stock returns', async () => {
  const ordersBefore = await bed.ordersOf(customer.userId);
  const leaving = new AbortController();
  bed.steps.fault = (step, when) => {
    if (step === 'reserveStock' && when === 'after') leaving.abort(new AppError('CANCELLED', {}));
  };
  const { signal } = leaving;
  await assert.rejects(bed.api.placeOrder(cartOf(goodsIds), { ...call, signal }), failsWith('CANCELLED'));
  // The answer is there; the handler still gives back what it took.
  const isReleasing = () => bed.steps.begun.includes('releaseStock');
  for (let turn = 0; turn < 1_000 && !isReleasing(); turn++) await bed.clock.advance(0);
  await bed.transactionsEnd();
  assert.deepEqual(await stock(), [10, 20]);
  assert.deepEqual(await bed.ordersOf(customer.userId), ordersBefore);
});

test('of 200 parallel buyers of the last unit exactly one gets it, and 199 learn why not', async () => {
  const last = await bed.addGoods(1);
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => bed.place([last])));
  const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  assert.deepEqual([won.length, won[0]?.status], [1, 'ORDER_STATUS_CREATED']);
  assert.equal(lost.length, 199);
  for (const error of lost) {
    assert.ok(AppError.is(error, 'OUT_OF_STOCK'), String(error));
    assert.deepEqual({ ...error.detail }, { goodsId: last, available: 0 });
  }
  assert.equal(await bed.available(last), 0);
  await bed.assertBalanced([last]);
});

test('an order that others gave up before its commit is not created, and holds nothing', async () => {
  const ordersBefore = await bed.ordersOf(customer.userId);
  const { transactions } = bed.deps;
  const slow = orderApi({
    ...bed.deps,
    transactions: {
      ...transactions,
      async begin(...args) {
        await transactions.begin(...args);
        // As a recovery does when the time is over.
        bed.clock.jump(37_001);
        assert.equal(await bed.recovery.round(), 1);
      },
    },
  });
  await assert.rejects(slow.placeOrder(cartOf(goodsIds), call), failsWith('UNAVAILABLE'));
  assert.deepEqual(await stock(), [10, 20]);
  assert.deepEqual(await bed.ordersOf(customer.userId), ordersBefore);
  await bed.transactionsEnd();
  await bed.assertBalanced(goodsIds);
});
