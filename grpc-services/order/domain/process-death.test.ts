import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import type { Order } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { customer } from '../neighbours-test-bed.ts';
import { cartOf, createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { auditOrders } from './audit-orders.ts';
import { auditTransactions } from './audit-transactions.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());

const call = callBy(customer);
const cents = 100;
let coupons = 500;
let goodsId: string;
let couponId: string;
let wallet: number;
beforeEach(() => stockUp());

async function stockUp(): Promise<void> {
  goodsId = await bed.addGoods(10);
  couponId = String(++coupons);
  const money = (amountCents: number) => ({ amountCents, currency: 'EUR' });
  const own = { userId: customer.userId, discount: money(50), minimumTotal: money(0) };
  bed.coupons.add({ id: couponId, ...own });
  wallet = 1_000;
  bed.funds.available.set(customer.userId, wallet);
}

/** With all three participants. */
const cart = () => cartOf([goodsId], { couponId, walletAmount: { amountCents: cents, currency: 'EUR' } });
const orders = async () => {
  const all = await bed.ordersOf(customer.userId);
  return all.filter(({ items }) => items[0]?.goodsId === goodsId);
};

/** After the recovery: nothing is held that no order holds, nothing is open, and the books say so. */
async function assertRecovered(): Promise<void> {
  await bed.transactionsEnd();
  await bed.assertBalanced([goodsId]);
  const [order] = await orders();
  const isLive = order && ['ORDER_STATUS_CREATED', 'ORDER_STATUS_PAID'].includes(order.status);
  assert.equal(await bed.available(goodsId), isLive ? 9 : 10);
  assert.equal(bed.funds.available.get(customer.userId), isLive ? wallet - cents : wallet);
  for (const audit of [auditTransactions, auditOrders])
    assert.deepEqual(await allFindings(audit(bed.deps)), []);
}

/**
 * Lets the process die at each of its steps in turn, before the step and after it, until it lives to the end. Resolves
 * to the number of steps.
 */
async function dieEverywhere(
  prepare: () => Promise<() => Promise<Order | undefined>>,
  judge: (answered: Order | undefined) => Promise<void>,
): Promise<number> {
  for (let step = 0; step < 40; step++) {
    let deaths = 0;
    for (const when of ['before', 'after'] as const) {
      const mutation = await prepare();
      bed.steps.dieAt(step, when);
      const answered = await bed.inTime(mutation().catch(() => undefined));
      // What goes on behind the answer dies as well.
      for (let turn = 0; turn < 100; turn++) await bed.clock.advance(1);
      if (bed.steps.revive()) deaths++;
      else assert.ok(answered, `step ${step}`);
      await judge(answered);
    }
    if (deaths === 0) return step;
  }
  return assert.fail('It never came to its end.');
}

test('a process may die at every step of PlaceOrder: an order that was answered stands, and the rest is free', async () => {
  let request: ReturnType<typeof cart>;
  const steps = await dieEverywhere(
    async () => {
      await stockUp();
      request = cart();
      return async () => (await bed.api.placeOrder(request, call)).order;
    },
    async (answered) => {
      await assertRecovered();
      const stand = await orders();
      assert.ok(stand.length <= 1);
      if (answered) assert.deepEqual(stand, [answered]);
      // Whoever asks again, after the claim of the dead one, gets the one order.
      bed.clock.jump(30_001);
      const { order } = await bed.inTime(bed.api.placeOrder(request, call));
      assert.deepEqual(await orders(), [order]);
      if (stand.length > 0) assert.deepEqual(stand, [order]);
      await assertRecovered();
    },
  );
  // The key, the cart's four reads, the log, three holds and the commit.
  assert.ok(steps >= 10, `${steps}`);
});

for (const [rpc, status] of [
  ['payOrder', 'ORDER_STATUS_PAID'],
  ['cancelOrder', 'ORDER_STATUS_CANCELLED'],
] as const) {
  test(`a process may die at every step of ${rpc}: what was answered stands, and is done everywhere`, async () => {
    let request: { idempotencyKey: string; orderId: string; paymentToken: string };
    const send = async () => (await bed.api[rpc](request, call)).order;
    const steps = await dieEverywhere(
      async () => {
        await stockUp();
        const { order } = await bed.api.placeOrder(cart(), call);
        request = { ...freshKey, orderId: order?.id ?? '', paymentToken: 'sandbox-ok' };
        return send;
      },
      async (answered) => {
        await assertRecovered();
        const [stands] = await orders();
        assert.ok(stands?.status === 'ORDER_STATUS_CREATED' || stands?.status === status, stands?.status);
        if (answered) assert.deepEqual(stands, answered);
        bed.clock.jump(30_001);
        assert.equal((await bed.inTime(send()))?.status, status);
        await assertRecovered();
      },
    );
    // The key, the order, the commit, three participants and the log.
    assert.ok(steps >= 7, `${steps}`);
  });
}
