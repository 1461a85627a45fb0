import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDeliveryTestBed, type DeliveryTestBed } from '../delivery-test-bed.ts';
import { waitingSinceSql } from './audit-deliveries.ts';
import { claimCallsSql } from './courier-call-rows.ts';

let bed: DeliveryTestBed;
before(async () => {
  bed = await createDeliveryTestBed();
  const { database } = bed.deps;
  // Enough rows that the planner prefers an index by itself; few of them wait, as it is.
  await database.query(`
    insert into delivery.delivery (id, order_id, user_id, shop_id, status, courier_name, courier_reference,
      requested_at, changed_at, version, due_at)
    select n, n, 1, 1, case when n % 100 = 0 then 'REQUESTED' else 'DELIVERED' end,
      case when n % 100 > 0 then 'Ada' end, case when n % 100 > 0 then 'trip' end,
      to_timestamp(n), to_timestamp(n), 1, case when n % 100 = 0 then to_timestamp(n) end
    from generate_series(1, 20000) as n`);
  await database.query('analyze delivery.delivery');
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.deps.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it('of a claim reads what is due and nothing else', async () => {
    const { sql, parameters } = claimCallsSql({ nowMs: 5_000_000, leaseEndMs: 5_010_000 }, 50);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /delivery_due/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of the audit reads what waits and nothing else', async () => {
    const plan = await planOf(waitingSinceSql, [new Date(5_000_000).toISOString(), 100]);
    assert.match(plan, /delivery_waiting/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });
});
