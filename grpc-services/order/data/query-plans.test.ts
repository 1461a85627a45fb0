import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import { orderSchema } from '../order-test-bed.ts';
import { userOrdersSql } from './order-store.ts';

test("a batch of pages reads the user's index once for each page, and the items of its orders only", async () => {
  const { database, stop } = await openTestDatabase(orderSchema);
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into "order"."order" (
      id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code, area, placed_at, version)
    select n, 1 + n % 400, 1, 'PAID', 450, 'EUR', 'Home', 'S 1', 'Berlin', '10119', 'Mitte', to_timestamp(n), 2
    from generate_series(1, 20000) as n`);
  await database.query(`
    insert into "order".order_item (order_id, position, goods_id, quantity, unit_price_cents)
    select n, 1, 1, 1, 450 from generate_series(1, 20000) as n`);
  await database.query('analyze "order"."order", "order".order_item');
  const pages = ['1', '2'].map((parentId) => ({ parentId, first: 20, afterId: '10000' }));
  const { sql, parameters } = userOrdersSql(pages);
  const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  assert.match(plan, /Index Scan using order_by_user /, plan);
  assert.match(plan, /Index Cond: .*user_id = page.parent_id.*id < page.after_id/, plan);
  assert.match(plan, /Index Scan using order_item_pkey /, plan);
  assert.doesNotMatch(plan, /Seq Scan/, plan);
  await stop();
});
