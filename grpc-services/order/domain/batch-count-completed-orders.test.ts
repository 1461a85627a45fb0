import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { administrator, customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
  // User 70 has 1,200 completed orders and 71 has three; of 72 there are two that came to less.
  await bed.deps.database.query(`
    insert into "order"."order" (
      id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code, area, placed_at, version)
    select n, case when n <= 1200 then 70 when n <= 1203 then 71 else 72 end, 7,
      case n when 1204 then 'CANCELLED' when 1205 then 'DELIVERED' else 'COMPLETED' end,
      450, 'EUR', 'Home', 'S 1', 'Berlin', '10119', 'Mitte', to_timestamp(n), 2
    from generate_series(1, 1205) as n`);
});
after(() => bed.stop());

const count = async (...userIds: string[]) =>
  (await bed.api.batchCountCompletedOrders({ userIds }, callBy(ownProcess))).counts;

test('completed orders are counted up to a thousand, in the order of the users and in one statement', async () => {
  bed.statements.length = 0;
  assert.deepEqual(await count('72', '71', '70', '999', '71', 'nobody'), [0, 3, 1_000, 0, 3, 0]);
  assert.equal(bed.statements.length, 1);
  assert.deepEqual(await count(), []);
});

test('only our own processes learn how often somebody orders', async () => {
  const ask = (identity?: typeof customer) =>
    bed.api.batchCountCompletedOrders({ userIds: [customer.userId] }, callBy(identity));
  await assert.rejects(ask(), failsWith('UNAUTHENTICATED'));
  for (const user of [customer, administrator]) await assert.rejects(ask(user), failsWith('FORBIDDEN'));
});

test('more than a hundred users are too many', async () => {
  await assert.rejects(count(...Array.from({ length: 101 }, (_, n) => String(n + 1))), violates('userIds'));
});
