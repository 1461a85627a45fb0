import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { createInProcessBus } from '@tiffin/lib/events/in-process-bus';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { FlashSaleJoined } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_events';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { flashSaleJoined } from '@tiffin/proto/topics/activity-topics';
import type { OrderDeps } from '../domain/deps.ts';
import { customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { FlashJoins } from '../testing/flash-joins.ts';
import { placeFlashOrders } from './place-flash-orders.ts';

let bed: OrderTestBed;
let sale: FlashJoins;
before(async () => {
  bed = await createOrderTestBed();
  sale = new FlashJoins(bed);
});
after(() => bed.stop());

/** Everybody lives where they like. */
const accounts: OrderDeps['accounts'] = {
  async batchGetAddresses({ ids }) {
    const lines = { label: 'Home', street: 'S 1', city: 'Berlin', postalCode: '10119', area: 'Mitte' };
    return { addresses: ids.map((id) => ({ address: { id, userId: id, lines } })) };
  },
};

test('a rush of buyers waits in the queue: six are at it at once, and each ticket comes to its end', async () => {
  sale.begin(10);
  let running = 0;
  let most = 0;
  const counted: OrderDeps['accounts'] = {
    async batchGetAddresses(request, context) {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return accounts.batchGetAddresses(request, context);
    },
  };
  const bus = createInProcessBus({ clock: systemClock, logger: silentLogger, metrics: createMetrics() });
  await bus.subscribe(placeFlashOrders({ ...bed.deps, accounts: counted }));
  bus.begin();
  const users = Array.from({ length: 40 }, (_, n) => String(100 + n));
  const joins = users.map((userId) => sale.queue({ userId, addressId: userId }));
  const events = joins.map((join) =>
    Event.fromPartial({
      id: `rush-${join.ticketId}`,
      type: flashSaleJoined.name,
      aggregateId: join.ticketId,
      occurredAt: new Date(bed.clock.now()),
      payload: Buffer.from(FlashSaleJoined.encode(FlashSaleJoined.fromPartial(join)).finish()),
    }),
  );
  const outcomes = await bus.send(events);
  assert.ok(
    outcomes.every(({ kind }) => kind === 'sent'),
    JSON.stringify(outcomes.find(({ kind }) => kind !== 'sent')),
  );
  assert.equal(most, 6);
  const statuses = joins.map((join) => sale.statusOf(join));
  assert.deepEqual(
    ['ORDERED', 'SOLD_OUT'].map((wanted) => statuses.filter((status) => status === wanted).length),
    [10, 30],
  );
  await sale.assertBalanced(users.map((userId) => ({ userId })));
  await bus.stop();
});

test('an event that says neither when nor at what price is tried again', async () => {
  const join = sale.queue();
  const { handle } = placeFlashOrders(bed.deps);
  const signal = new AbortController().signal;
  for (const [event, payload] of [
    [Event.fromPartial({ id: 'x' }), join],
    [sale.event(), { ...join, price: undefined }],
  ] as const) {
    await assert.rejects(handle({ event, payload, attempt: 1, signal }), /does not say/);
  }
  assert.deepEqual(await sale.orders(customer), []);
});
