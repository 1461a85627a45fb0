import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import type { Database } from '@tiffin/lib/engines/database';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { auditOrders } from '../domain/audit-orders.ts';
import { orderSchema } from '../order-test-bed.ts';
import { demoOrders, insertDemoData } from './demo-data.ts';
import { findTimelines, findUserOrders } from './order-store.ts';

let bed: TestDatabase;
let database: Database;
const told: [done: number, total: number][] = [];
before(async () => {
  bed = await openTestDatabase(orderSchema);
  database = bed.database;
  const progress = { update: (done: number, total: number) => void told.push([done, total]) };
  assert.equal(await insertDemoData(database, progress), true);
});
after(() => bed.stop());

const orders = demoOrders();
const customerId = String(demoId('user', 1));

test('there are 20,000 orders of one to five items, placed in the last 90 days in the order of their ids', async () => {
  const [counts] = await database.query<{ orders: string; items: string }>(
    'select (select count(*) from "order"."order") as orders, (select count(*) from "order".order_item) as items',
  );
  const itemCount = orders.reduce((sum, { items }) => sum + items.length, 0);
  assert.deepEqual(counts, { orders: '20000', items: String(itemCount) });
  assert.deepEqual([...new Set(orders.map(({ items }) => items.length))].sort(), [1, 2, 3, 4, 5]);
  for (const [index, { id, items, placedAt }] of orders.entries()) {
    assert.equal(id, String(demoId('order', index + 1)));
    assert.equal(new Set(items.map(({ goodsId }) => goodsId)).size, items.length);
    assert.ok(placedAt.getTime() >= (orders[index - 1]?.placedAt.getTime() ?? demoNowMs - 90 * 86_400_000));
  }
  assert.ok((orders.at(-1)?.placedAt.getTime() ?? 0) < demoNowMs);
});

test('an order costs what its items cost', async () => {
  const wrong = await database.query(
    `select id from "order"."order"
     join "order".order_item on order_id = id
     group by id having total_cents <> sum(quantity * unit_price_cents)`,
  );
  assert.deepEqual(wrong, []);
});

test('most orders are completed and some are cancelled, and those of the demo customer have all their steps', async () => {
  const share = (wanted: string) => orders.filter(({ status }) => status === wanted).length / orders.length;
  assert.ok(share('CANCELLED') > 0.05 && share('CANCELLED') < 0.1, `${share('CANCELLED')}`);
  assert.equal(share('COMPLETED') + share('CANCELLED'), 1);
  const own = orders.filter(({ userId }) => userId === customerId);
  for (const { status, version } of own) assert.equal(version, status === 'COMPLETED' ? 6 : 2);
  const { id, placedAt } = own.find(({ status }) => status === 'COMPLETED') ?? assert.fail();
  const [{ steps } = assert.fail()] = await findTimelines(database, [id]);
  assert.deepEqual(
    steps.map(({ status }) => status),
    ['CREATED', 'PAID', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'COMPLETED'],
  );
  assert.deepEqual(steps[0]?.at, placedAt);
  assert.deepEqual(
    steps,
    steps.toSorted((one, other) => one.at.getTime() - other.at.getTime()),
  );
});

test('the audit finds nothing wrong', async () => {
  assert.deepEqual(await allFindings(auditOrders({ database, clock: new VirtualClock() })), []);
});

test('the demo customer placed 80 of them, at each of three places', async () => {
  const pages = [{ parentId: customerId, first: 100, afterId: undefined }];
  const [{ items: own } = assert.fail()] = await findUserOrders(database, pages);
  assert.deepEqual(own, orders.filter(({ userId }) => userId === customerId).toReversed());
  assert.equal(own.length, 80);
  assert.deepEqual([...new Set(own.map(({ address }) => address.label))].sort(), ['Home', 'Parents', 'Work']);
});

test('the load tells how far it is, up to the end', () => {
  assert.equal(told[0]?.[0], 0);
  assert.deepEqual(told.at(-1)?.[0], told.at(-1)?.[1]);
  assert.ok(told.length > 50);
});

test('the same data come again on every machine, and only into empty tables', async () => {
  assert.deepEqual(demoOrders(), orders);
  const { total, placedAt, address } = orders[249] ?? assert.fail();
  assert.deepEqual(
    [total.amountCents, placedAt.toISOString(), address.street],
    [2_540, '2026-07-04T10:03:29.000Z', 'Birkenallee 12'],
  );
  assert.equal(await insertDemoData(database), false);
});
