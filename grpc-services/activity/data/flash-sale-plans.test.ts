import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ActivityTestBed, createActivityTestBed } from '../activity-test-bed.ts';
import { claimsSql, flashSaleBooksSql, ticketBooksSql, unitEntriesSql } from './flash-sale-audit.ts';
import { newestFlashSalesSql, runningAndUpcomingSql, standingsSql } from './flash-sale-store.ts';
import {
  joinedUsersSql,
  oldestQueuedSql,
  refuseForgottenSql,
  ticketIdsOfPairsSql,
} from './flash-ticket-store.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
  const { database } = bed.deps;
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into activity.flash_sale
      (id, name, shop_id, goods_id, price_cents, currency, starts_at, ends_at, rules, version, left_units, reserved, sold)
    select n, 'Sale', 1, 1, 99, 'EUR', to_timestamp(n), to_timestamp(n + 10), '[]', 1, 90, 5, 5
    from generate_series(1, 2000) as n`);
  await database.query(`
    insert into activity.flash_sale_ticket (id, flash_sale_id, user_id, address_id, status, order_id, queued_at)
    select n, 1 + n % 200, n, 1, case when n % 20 = 0 then 'QUEUED' else 'ORDERED' end,
      case when n % 20 <> 0 then n end, to_timestamp(n)
    from generate_series(1, 20000) as n`);
  await database.query(`
    insert into activity.flash_sale_stock_entry (flash_sale_id, kind, left_delta, reserved_delta, sold_delta, left_after,
      reserved_after, sold_after, reason, order_id, at)
    select 1 + n % 200, 'CLAIM', -1, 1, 0, 0, 0, 0, 'Ordered', n, to_timestamp(n)
    from generate_series(1, 20000) as n`);
  await database.query(`
    insert into activity.tcc_branch select n, 'flash sale', 'TRIED', to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query(
    'analyze activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry, activity.tcc_branch',
  );
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.deps.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it('of the flash sales that are not over passes by those that are', async () => {
    const { sql, parameters } = runningAndUpcomingSql(1_990_000, 100);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /flash_sale_by_end/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of a page of all flash sales reads as many as it shows, from the newest down', async () => {
    for (const after of [null, '1000']) {
      const plan = await planOf(newestFlashSalesSql, [after, 21]);
      assert.match(plan, /Index Scan Backward using flash_sale_pkey/, plan);
      assert.doesNotMatch(plan, /Seq Scan|Sort/, plan);
    }
  });

  it('of what is promised counts the tickets that wait, and no others', async () => {
    const plan = await planOf(standingsSql, ['{1,2}']);
    assert.match(plan, /flash_sale_ticket_queued/, plan);
    assert.doesNotMatch(plan, /Seq Scan on flash_sale_ticket/, plan);
  });

  it('of a page of those who joined reads an index', async () => {
    const plan = await planOf(joinedUsersSql, ['7', '100', 10]);
    assert.match(plan, /flash_sale_ticket_by_user/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of the tickets of some users, each of one flash sale, reads an index', async () => {
    const plan = await planOf(ticketIdsOfPairsSql, ['{7,8}', '{100,101}']);
    assert.match(plan, /flash_sale_ticket_by_user/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of the ticket that an order settles reads an index', async () => {
    const sql = `update activity.flash_sale_ticket set status = 'SOLD' where order_id = ? and status = 'ORDERED'`;
    const plan = await planOf(sql, ['41']);
    assert.match(plan, /flash_sale_ticket_by_order/, plan);
  });

  it('of the tickets that nobody decided reads those that wait, by the time since when', async () => {
    const plan = await planOf(refuseForgottenSql, ['2030-01-01', '1970-01-01 00:10', 200]);
    assert.match(plan, /flash_sale_ticket_waiting/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Sort/, plan);
  });

  it('of the ticket that waits longest reads that one', async () => {
    const plan = await planOf(oldestQueuedSql, []);
    assert.match(plan, /flash_sale_ticket_waiting/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Sort/, plan);
  });

  it('of a page of audited flash sales counts the tickets of each, and ends where these are enough', async () => {
    const plan = await planOf(flashSaleBooksSql, ['100', 500, 20_000]);
    assert.match(plan, /using flash_sale_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /flash_sale_stock_entry_by_sale/, plan);
    assert.match(plan, /(using|on) flash_sale_ticket_by_user/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
    const page = (units: number) => bed.deps.database.query(flashSaleBooksSql, ['0', 500, units]);
    assert.equal((await page(1)).length, 1);
    assert.equal((await page(100)).length, 10);
  });

  it('of pages of audited entries, tickets and claims reads indexes', async () => {
    for (const [sql, indexes] of [
      [
        unitEntriesSql,
        ['flash_sale_stock_entry_by_sale', 'flash_sale_stock_entry_by_order', 'tcc_branch_pkey'],
      ],
      [ticketBooksSql, ['flash_sale_ticket_pkey', 'tcc_branch_pkey']],
      [claimsSql, ['tcc_branch_pkey', 'flash_sale_ticket_by_order']],
    ] as const) {
      const plan = await planOf(sql, ['10000', 500]);
      for (const index of indexes) assert.ok(plan.includes(index), plan);
      assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
    }
  });
});
