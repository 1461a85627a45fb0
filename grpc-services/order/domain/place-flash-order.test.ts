import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import {
  customer,
  home,
  type Moment,
  openShopId,
  type Step,
  stranger,
  strangersAddressId,
} from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { FlashJoins } from '../testing/flash-joins.ts';
import { auditOrders } from './audit-orders.ts';
import { auditTransactions } from './audit-transactions.ts';
import { unpaidMs } from './close-unpaid.ts';
import { placedWithinMs } from './late-ticket.ts';
import { payableMs } from './order.ts';

const flashUnpaidMs = payableMs(true);
let bed: OrderTestBed;
let sale: FlashJoins;
before(async () => {
  bed = await createOrderTestBed();
  sale = new FlashJoins(bed);
});
after(() => bed.stop());
beforeEach(() => {
  bed.steps.fault = () => {};
  bed.steps.begun.length = 0;
  bed.signals.length = 0;
  sale.begin(2);
});

const call = callBy(customer);
const lateTasks = async (ticketId: string) =>
  (
    await bed.deps.database.query(
      `select id from "order".delayed_task where kind = 'late-flash-ticket' and key = ?`,
      [ticketId],
    )
  ).length;

function failOnce(failing: Step, moment: Moment, error?: Error): void {
  let isDone = false;
  bed.steps.fault = (step, when) => {
    if (isDone || step !== failing || when !== moment) return;
    isDone = true;
    throw error ?? new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  };
}

async function assertSound(): Promise<void> {
  await bed.transactionsEnd();
  await sale.assertBalanced([customer, stranger]);
  for (const audit of [auditTransactions, auditOrders])
    assert.deepEqual(await allFindings(audit(bed.deps)), []);
}

test('whoever joins gets an order of one unit at the price of the sale, and only that unit is held for it', async () => {
  const join = sale.queue();
  await sale.hear(join);
  const { id, placedAt, ...order } = await sale.onlyOrder();
  const cents = (amountCents: number) => ({ amountCents, currency: 'EUR' });
  assert.deepEqual(order, {
    userId: customer.userId,
    shopId: openShopId,
    status: 'ORDER_STATUS_CREATED',
    items: [{ goodsId: '5', quantity: 1, unitPrice: cents(99) }],
    ...{ total: cents(99), payable: cents(99), discount: cents(0), walletAmount: cents(0) },
    address: home,
    version: 1,
    couponId: undefined,
    flashSaleId: sale.flashSaleId,
  });
  assert.equal(placedAt?.getTime(), bed.clock.now());
  assert.deepEqual(bed.steps.begun, ['batchGetAddresses', 'claimUnit', 'commit']);
  assert.deepEqual([sale.units, sale.statusOf(join)], [[1, 1, 0], 'ORDERED']);
  assert.deepEqual(bed.signals, [`order:${id}`, `flashSaleTicket:${join.ticketId}`]);
  await assertSound();
});

test('it is paid, cancelled and closed as others are, and tells those who watch it', async () => {
  for (const [index, change] of ['pay', 'cancel', 'close'].entries()) {
    sale.begin(1);
    const join = sale.queue();
    await sale.hear(join);
    const { id: orderId } = await sale.onlyOrder();
    bed.signals.length = 0;
    if (change === 'pay') await sale.pay(orderId);
    if (change === 'cancel') await bed.api.cancelOrder({ ...freshKey, orderId }, call);
    if (change === 'close') await bed.pass(flashUnpaidMs);
    await bed.transactionsEnd();
    assert.deepEqual(
      bed.signals.filter((topic) => topic.endsWith(orderId)),
      [`order:${orderId}`],
    );
    assert.deepEqual(sale.units, index === 0 ? [0, 0, 1] : [1, 0, 0]);
    assert.equal(sale.statusOf(join), index === 0 ? 'SOLD' : 'RETURNED');
    // What is told of it again makes no second one.
    await sale.hear(join);
    assert.equal((await sale.onlyOrder()).id, orderId);
    await assertSound();
  }
});

test('it waits ten minutes for its payment, and ordinary orders thirty', async () => {
  assert.deepEqual([flashUnpaidMs, unpaidMs], [600_000, 1_800_000]);
  const ordinary = await bed.place([await bed.addGoods(1)]);
  await sale.hear(sale.queue());
  const statuses = async () => {
    const { orders } = await bed.api.batchGetOrders({ ids: [ordinary.id] }, call);
    return [(await sale.onlyOrder()).status, orders[0]?.order?.status];
  };
  await bed.pass(flashUnpaidMs - 1_000);
  assert.deepEqual(await statuses(), ['ORDER_STATUS_CREATED', 'ORDER_STATUS_CREATED']);
  await bed.pass(1_000);
  assert.deepEqual(await statuses(), ['ORDER_STATUS_CLOSED', 'ORDER_STATUS_CREATED']);
  await bed.pass(unpaidMs);
  assert.deepEqual(await statuses(), ['ORDER_STATUS_CLOSED', 'ORDER_STATUS_CLOSED']);
});

test('the audit finds an order of a flash sale that stays unpaid for too long', async () => {
  await sale.hear(sale.queue());
  const { id } = await sale.onlyOrder();
  bed.clock.jump(flashUnpaidMs + 5 * 60_000 + 1);
  assert.deepEqual(await allFindings(auditOrders(bed.deps)), [
    { unit: `order ${id}`, problem: 'was not paid in time, and is not closed' },
  ]);
  await bed.pass(0);
  await assertSound();
});

test('where nothing is left the ticket ends so, once', async () => {
  sale.begin(0);
  const join = sale.queue();
  const event = sale.event();
  for (let time = 0; time < 3; time++) await sale.hear(join, event);
  assert.deepEqual(await sale.orders(), []);
  assert.equal(sale.statusOf(join), 'SOLD_OUT');
  assert.equal(bed.steps.begun.filter((step) => step === 'claimUnit').length, 1);
  await assertSound();
});

test('where the unit of a try that failed goes to somebody else, the ticket is sold out, and not returned', async () => {
  sale.begin(1);
  const join = sale.queue();
  const event = sale.event();
  failOnce('commit', 'before');
  await assert.rejects(sale.hear(join, event), failsWith('UNAVAILABLE'));
  assert.equal(sale.statusOf(join), 'RETURNED');
  bed.flashSales.left = 0;
  await sale.hear(join, event);
  assert.deepEqual([await sale.orders(), sale.statusOf(join)], [[], 'SOLD_OUT']);
});

test('where an order was made and cancelled meanwhile, its ticket is not sold out', async () => {
  sale.begin(1);
  const join = sale.queue();
  const event = sale.event();
  bed.steps.fault = async (step, when) => {
    if (step !== 'batchGetAddresses' || when !== 'before') return;
    bed.steps.fault = () => {};
    await sale.hear(join, event);
    await bed.api.cancelOrder({ ...freshKey, orderId: (await sale.onlyOrder()).id }, call);
    await bed.transactionsEnd();
    bed.flashSales.left = 0;
  };
  await sale.hear(join, event);
  assert.equal((await sale.onlyOrder()).status, 'ORDER_STATUS_CANCELLED');
  assert.equal(sale.statusOf(join), 'RETURNED');
});

for (const [what, change] of [
  ['is gone', { addressId: '999' }],
  ['is somebody else’s', { addressId: strangersAddressId }],
] as const) {
  test(`where the address ${what} the ticket is refused, and no unit is asked for`, async () => {
    const join = sale.queue(change);
    await sale.hear(join);
    assert.deepEqual([await sale.orders(), sale.statusOf(join), sale.units], [[], 'REFUSED', [2, 0, 0]]);
    assert.ok(!bed.steps.begun.includes('claimUnit'));
  });
}

test('an event that comes again, one after the other or at once, makes one order', async () => {
  const join = sale.queue();
  const event = sale.event();
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => sale.hear(join, event)));
  // Whoever met another at the ticket tries again.
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.ok(AppError.is(outcome.reason, 'UNAVAILABLE'), outcome.reason);
  await bed.transactionsEnd();
  for (let time = 0; time < 2; time++) await sale.hear(join, event);
  await sale.onlyOrder();
  assert.deepEqual(sale.units, [1, 1, 0]);
  await assertSound();
});

test('two tickets of one user make one order, and the other’s unit returns', async () => {
  const joins = [sale.queue(), sale.queue()];
  await Promise.allSettled(joins.map((join) => sale.hear(join)));
  await bed.transactionsEnd();
  for (const join of joins) await sale.hear(join);
  await sale.onlyOrder();
  assert.deepEqual(sale.units, [1, 1, 0]);
  assert.ok(joins.map((join) => sale.statusOf(join)).every((status) => status !== 'QUEUED'));
  await assertSound();
});

test('the control: without the unique key two tickets of one user, at once, are two orders', async () => {
  const index = await bed.deps.database.query<{ sql: string }>(
    `select indexdef as sql from pg_indexes where schemaname = 'order' and indexname = 'order_by_flash_sale'`,
  );
  await bed.deps.database.query('drop index "order".order_by_flash_sale');
  const claimed = Promise.withResolvers<void>();
  let claims = 0;
  bed.steps.fault = async (step, when) => {
    if (step !== 'claimUnit' || when !== 'after') return;
    if (++claims === 2) claimed.resolve();
    await claimed.promise;
  };
  await Promise.all([sale.hear(sale.queue()), sale.hear(sale.queue())]);
  const orders = await sale.orders();
  assert.equal(orders.length, 2);
  await bed.deps.database.query('delete from "order".order_item where order_id = ?', [orders[0]?.id]);
  await bed.deps.database.query('delete from "order".order_step where order_id = ?', [orders[0]?.id]);
  await bed.deps.database.query('delete from "order".tcc_transaction where id = ?', [orders[0]?.id]);
  await bed.deps.database.query('delete from "order"."order" where id = ?', [orders[0]?.id]);
  await bed.deps.database.query(index[0]?.sql ?? '');
});

test('with the unique key two tickets of one user, at once, are one order', async () => {
  const claimed = Promise.withResolvers<void>();
  let claims = 0;
  bed.steps.fault = async (step, when) => {
    if (step !== 'claimUnit' || when !== 'after') return;
    if (++claims === 2) claimed.resolve();
    await claimed.promise;
  };
  await Promise.all([sale.hear(sale.queue()), sale.hear(sale.queue())]);
  await sale.onlyOrder();
  await assertSound();
  assert.deepEqual(sale.units, [1, 1, 0]);
});

for (const step of ['batchGetAddresses', 'claimUnit', 'commit'] as const) {
  for (const when of ['before', 'after'] as const) {
    test(`where ${step} fails (${when} it happened) the event comes again, and its order is made`, async () => {
      const join = sale.queue();
      const event = sale.event();
      failOnce(step, when);
      await assert.rejects(bed.inTime(sale.hear(join, event)), failsWith('UNAVAILABLE'));
      assert.equal(await lateTasks(join.ticketId), 1);
      await bed.transactionsEnd();
      await sale.hear(join, event);
      await sale.onlyOrder();
      assert.deepEqual(sale.units, [1, 1, 0]);
      await assertSound();
    });
  }
}

test('where the commit fails the unit is free at once, and no recovery is needed', async () => {
  failOnce('commit', 'before');
  const startMs = bed.clock.now();
  await assert.rejects(sale.hear(sale.queue()), failsWith('UNAVAILABLE'));
  assert.deepEqual([sale.units, bed.clock.now()], [[2, 0, 0], startMs]);
  await assertSound();
});

test('where somebody else handles the event meanwhile, the unit is free at once', async () => {
  const join = sale.queue();
  const event = sale.event();
  bed.steps.fault = async (step, when) => {
    if (step !== 'claimUnit' || when !== 'after') return;
    bed.steps.fault = () => {};
    await bed.deps.inbox.once('order.flash-sales', event.id, async () => {});
  };
  const startMs = bed.clock.now();
  await sale.hear(join, event);
  assert.deepEqual([await sale.orders(), sale.units, bed.clock.now()], [[], [2, 0, 0], startMs]);
});

test('the table takes no order that is of a flash sale by half', async () => {
  await sale.hear(sale.queue());
  const { id } = await sale.onlyOrder();
  for (const column of ['flash_sale_id', 'flash_ticket_id'])
    await assert.rejects(
      bed.deps.database.query(`update "order"."order" set ${column} = null where id = ?`, [id]),
      /order_flash_sale_check/,
    );
});

test('a ticket whose end was lost is not tried for again', async () => {
  sale.begin(0);
  const join = sale.queue();
  const event = sale.event();
  failOnce('commit', 'before', new Error('The database is away.'));
  await assert.rejects(sale.hear(join, event));
  assert.equal(sale.statusOf(join), 'SOLD_OUT');
  sale.bed.flashSales.left = 1;
  await sale.hear(join, event);
  assert.deepEqual(await sale.orders(), []);
  bed.steps.begun.length = 0;
  await sale.hear(join, event);
  assert.deepEqual(bed.steps.begun, []);
  await assertSound();
});

test('a ticket of which nothing comes is refused when its time is over, and nothing comes of it later', async () => {
  const join = sale.queue();
  const event = sale.event();
  bed.steps.fault = (step) => {
    if (step === 'claimUnit') throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  };
  for (let attempt = 0; attempt < 6; attempt++)
    await assert.rejects(bed.inTime(sale.hear(join, event)), failsWith('UNAVAILABLE'));
  await bed.transactionsEnd();
  assert.equal(sale.statusOf(join), 'QUEUED');
  await bed.pass(placedWithinMs - 60_000);
  assert.equal(sale.statusOf(join), 'QUEUED');
  await bed.pass(60_000);
  assert.equal(sale.statusOf(join), 'REFUSED');
  assert.equal(await lateTasks(join.ticketId), 0);
  bed.steps.fault = () => {};
  // Somebody sends the dead letter again.
  await sale.hear(join, event);
  assert.deepEqual([await sale.orders(), sale.units], [[], [2, 0, 0]]);
  await assertSound();
});

test('a dead letter of which nobody could write anything down is refused when it is sent again, late', async (t) => {
  const warn = t.mock.method(bed.deps.logger, 'warn');
  const join = sale.queue();
  const event = sale.event();
  bed.steps.fault = (step) => {
    if (step === 'commit') throw new Error('The database is away.');
  };
  await assert.rejects(bed.inTime(sale.hear(join, event)));
  bed.steps.fault = () => {};
  assert.equal(await lateTasks(join.ticketId), 0);
  const [details, text] = warn.mock.calls.at(-1)?.arguments ?? [];
  assert.equal((details as { ticketId?: string } | undefined)?.ticketId, join.ticketId);
  assert.equal(text, 'refusal of a flash sale ticket not scheduled');
  await bed.transactionsEnd();
  bed.clock.jump(placedWithinMs);
  bed.flashSales.tickets.set(join.ticketId, 'QUEUED');
  await sale.hear(join, event);
  assert.deepEqual([await sale.orders(), sale.statusOf(join)], [[], 'REFUSED']);
});

test('a ticket with an order is not refused when its time is over', async () => {
  const join = sale.queue();
  const event = sale.event();
  failOnce('commit', 'after');
  await assert.rejects(bed.inTime(sale.hear(join, event)), failsWith('UNAVAILABLE'));
  const { id } = await sale.onlyOrder();
  await sale.pay(id);
  assert.equal(await lateTasks(join.ticketId), 1);
  await bed.pass(placedWithinMs);
  assert.equal(sale.statusOf(join), 'SOLD');
  await assertSound();
});

test('of buyers who want more than there is each gets one, and the others learn it', async () => {
  sale.begin(1);
  const joins = [sale.queue(), sale.queue({ userId: stranger.userId, addressId: strangersAddressId })];
  await Promise.all(joins.map((join) => sale.hear(join)));
  assert.deepEqual(joins.map((join) => sale.statusOf(join)).sort(), ['ORDERED', 'SOLD_OUT']);
  assert.deepEqual(sale.units, [0, 1, 0]);
  await assertSound();
});
