import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { openDatabase } from '@tiffin/lib/engines/database';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { OrderCompleted } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderCompleted } from '@tiffin/proto/topics/order-topics';
import { auditOrders } from '../../domain/audit-orders.ts';
import { customer } from '../../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed, orderSchema } from '../../order-test-bed.ts';
import { migrations } from '../migrations.ts';
import { findOrders, findTimelines } from '../order-store.ts';

let embedded: EmbeddedPostgres;
let bed: OrderTestBed;
before(async () => {
  embedded = await openEmbeddedPostgres();
  const old = await openDatabase({ ...orderSchema, migrations: migrations.slice(0, 3), embedded });
  for (const sql of oldRows) await old.query(sql);
  await old.close();
  const database = await openDatabase({ ...orderSchema, embedded });
  bed = await createOrderTestBed(undefined, { database, statements: [], stop: () => database.close() });
});
after(async () => {
  await bed.stop();
  await embedded.close();
});

const placed = (secondsAgo: number) => new Date(1_900_000_000_123 - secondsAgo * 1_000);
/** 51 to 53 wait for their payment, the last of them for too long; 54 is paid and 55 is cancelled. */
const oldRows = [
  `insert into "order"."order" (
     id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code, area, placed_at, version)
   select id, case id when 54 then 1234567890123456789 else 1 end, 7, status, 450, 'EUR', 'Home', 'S 1', 'Berlin', '10119', 'Mitte', placed_at::timestamptz, version
   from (values (51, 'CREATED', '${placed(60).toISOString()}', 1), (52, 'CREATED', '${placed(60).toISOString()}', 1),
     (53, 'CREATED', '${placed(1_801).toISOString()}', 1), (54, 'PAID', '2020-01-01Z', 2),
     (55, 'CANCELLED', '2020-01-01Z', 2)) as old (id, status, placed_at, version)`,
  `insert into "order".order_item (order_id, position, goods_id, quantity, unit_price_cents)
   select id, 1, 5, 1, 450 from "order"."order"`,
];
const request = (orderId: string) => ({ ...freshKey, orderId, paymentToken: 'sandbox-ok' });
const paid = ['CREATED', 'PAID'] as const;
const statusOf = async (id: string) => (await findOrders(bed.deps.database, [id]))[0]?.status;

test('what was paid of old is completed, and told as its shop expects it: nobody will deliver it', async () => {
  const rows = await bed.deps.database.query<{ payload: Uint8Array }>(
    `select topic, aggregate_id, aggregate_version::integer, occurred_at = step.at as is_then, traceparent, state, payload
     from "order".outbox join "order".order_step as step using (event_id)`,
  );
  const [{ payload, ...event } = assert.fail()] = rows;
  assert.equal(rows.length, 1);
  assert.deepEqual(event, {
    topic: orderCompleted.name,
    aggregate_id: '54',
    aggregate_version: 3,
    is_then: true,
    traceparent: '',
    state: 'pending',
  });
  const told = { orderId: '54', userId: '1234567890123456789', shopId: '7' };
  assert.deepEqual(OrderCompleted.decode(payload), told);
  assert.deepEqual(Buffer.from(payload), Buffer.from(OrderCompleted.encode(told).finish()));
  // As the relay does; it would wait for too long here.
  await bed.deps.database.query('delete from "order".outbox');
});

test('old orders cost what they cost, and their steps are what is known of them', async () => {
  const nowMs = Date.now();
  const zero = { amountCents: 0, currency: 'EUR' };
  const [order] = await findOrders(bed.deps.database, ['54']);
  assert.deepEqual(
    [order?.couponId, order?.discount, order?.walletAmount, order?.version],
    [undefined, zero, zero, 3],
  );
  const timelines = await findTimelines(bed.deps.database, ['51', '54', '55']);
  const steps = new Map(timelines.map((timeline) => [timeline.id, timeline.steps]));
  const at = new Date('2020-01-01Z');
  const completedAt = steps.get('54')?.[2]?.at ?? assert.fail();
  assert.ok(Math.abs(completedAt.getTime() - nowMs) < 600_000, `${completedAt}`);
  assert.deepEqual(
    steps,
    new Map([
      ['51', [{ status: 'CREATED', at: placed(60) }]],
      ['54', [...paid.map((status) => ({ status, at })), { status: 'COMPLETED', at: completedAt }]],
      ['55', ['CREATED', 'CANCELLED'].map((status) => ({ status, at }))],
    ]),
  );
  assert.deepEqual(await allFindings(auditOrders(bed.deps)), []);
});

test('an old order that waits for its payment is paid, cancelled or closed, and asks no participant', async () => {
  await bed.api.payOrder(request('51'), callBy(customer));
  await bed.api.cancelOrder(request('52'), callBy(customer));
  await bed.pass(0);
  await bed.transactionsEnd();
  assert.deepEqual(await Promise.all(['51', '52', '53'].map(statusOf)), ['PAID', 'CANCELLED', 'CLOSED']);
  await assert.rejects(bed.api.payOrder(request('53'), callBy(customer)), failsWith('ORDER_CLOSED'));
  const asked = bed.steps.begun.filter((step) => step !== 'commit');
  assert.deepEqual(asked, []);
  assert.deepEqual(await allFindings(auditOrders(bed.deps)), []);
});

test('the table takes no order that costs less than nothing', async () => {
  for (const [discount, wallet] of [
    [400, 51],
    [-1, 0],
    [0, -1],
  ]) {
    const sql = 'update "order"."order" set discount_cents = ?, wallet_cents = ? where id = 54';
    await assert.rejects(bed.deps.database.query(sql, [discount, wallet]), /check constraint/);
  }
});
