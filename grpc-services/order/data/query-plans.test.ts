import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { orderSchema } from '../order-test-bed.ts';
import { orderBooksSql, transactionBooksSql } from './audit-orders.ts';
import { lateTransactionsSql } from './audit-transactions.ts';
import { knownTicketSql, ticketOrderedSql } from './flash-order-store.ts';
import { completedOrdersSql, userOrdersSql } from './order-store.ts';

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase(orderSchema);
  const { database } = bed;
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into "order"."order" (
      id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code, area, placed_at, version,
      flash_sale_id, flash_ticket_id)
    select n, 1 + n % 400, 1, 'PAID', 450, 'EUR', 'Home', 'S 1', 'Berlin', '10119', 'Mitte', to_timestamp(n), 2,
      case n % 2 when 0 then n end, case n % 2 when 0 then n end
    from generate_series(1, 20000) as n`);
  await database.query(`
    insert into "order".order_item (order_id, position, goods_id, quantity, unit_price_cents)
    select n, 1, 1, 1, 450 from generate_series(1, 20000) as n`);
  await database.query(`
    insert into "order".order_step (order_id, version, status, at)
    select n, 1, 'CREATED', to_timestamp(n) from generate_series(1, 20000) as n`);
  // Few are on their way, as it is.
  await database.query(`
    insert into "order".tcc_transaction (id, state, participants, open, begun_at, decided_at, due_at)
    select n, case n % 100 when 0 then 'CONFIRMING' else 'CONFIRMED' end, '[]', '[]', to_timestamp(n), to_timestamp(n),
      case n % 100 when 0 then to_timestamp(n) end from generate_series(1, 20000) as n`);
  await database.query(
    'analyze "order"."order", "order".order_item, "order".order_step, "order".tcc_transaction',
  );
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it("of a batch of pages reads the user's index once for each page, and the items of its orders only", async () => {
    const pages = ['1', '2'].map((parentId) => ({ parentId, first: 20, afterId: '10000' }));
    const { sql, parameters } = userOrdersSql(pages);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /Index Scan using order_by_user /, plan);
    assert.match(plan, /Index Cond: .*user_id = page.parent_id.*id < page.after_id/, plan);
    assert.match(plan, /Index Scan using order_item_pkey /, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it("of counted orders reads the user's index for each user", async () => {
    const plan = await planOf(completedOrdersSql, ['{1,2,3}']);
    assert.match(plan, /(using|on) order_by_user/, plan);
    assert.match(plan, /Index Cond: \(user_id = wanted.id\)/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of what is known of a ticket reads the keys that make it the only one', async () => {
    const known = await planOf(knownTicketSql, ['order.flash-sales', 'event', '4000', '7']);
    assert.match(known, /using order_by_flash_sale /, known);
    assert.match(known, /using inbox_pkey /, known);
    assert.doesNotMatch(known, /Seq Scan/, known);
    const ordered = await planOf(ticketOrderedSql, ['4000']);
    assert.match(ordered, /using order_by_flash_ticket /, ordered);
  });

  it('of a page of audited orders reads the transaction and the steps of each', async () => {
    const plan = await planOf(orderBooksSql, ['10000', 500]);
    assert.match(plan, /using order_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /using tcc_transaction_pkey /, plan);
    assert.match(plan, /(using|on) order_step_/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited transactions reads the order of each', async () => {
    const plan = await planOf(transactionBooksSql, ['10000', 500]);
    assert.match(plan, /using tcc_transaction_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /using order_pkey /, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of late transactions reads those that are on their way and nothing else', async () => {
    const moment = new Date(5_000_000).toISOString();
    const plan = await planOf(lateTransactionsSql, [moment, moment, 100]);
    assert.match(plan, /(using|on) tcc_transaction_due/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });
});
