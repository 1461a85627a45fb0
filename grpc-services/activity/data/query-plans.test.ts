import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ActivityTestBed, createActivityTestBed } from '../activity-test-bed.ts';
import { grantingCampaignsSql } from './campaign-store.ts';
import { branchesSql, campaignsSql, couponsSql } from './coupon-audit.ts';
import { userCouponsSql } from './coupon-store.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
  const { database } = bed.deps;
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into activity.campaign
    select n, 'Campaign', 'ORDER_PAID', 100, 0, 'EUR', to_timestamp(n), to_timestamp(n + 10), 30, 1000000, 100, 1
    from generate_series(1, 2000) as n`);
  await database.query(`
    insert into activity.coupon
    select n, 1 + n % 400, 1 + n % 200, 'Campaign', case when n % 20 = 0 then 'LOCKED' else 'AVAILABLE' end,
      case when n % 20 = 0 then n end, 100, 0, 'EUR', to_timestamp(n), to_timestamp(n), n
    from generate_series(1, 20000) as n`);
  await database.query(`
    insert into activity.tcc_branch select n, 'coupon', 'TRIED', to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query('analyze activity.campaign, activity.coupon, activity.tcc_branch');
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.deps.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it("of a batch of pages reads the user's index once for each page", async () => {
    const pages = ['1', '2'].map((parentId) => ({ parentId, first: 20, afterId: '10000' }));
    const { sql, parameters } = userCouponsSql(pages);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /Index Scan Backward using coupon_by_user /, plan);
    assert.match(plan, /Index Cond: .*user_id = page.parent_id.*id < page.after_id/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of the campaigns that run passes by those that are over', async () => {
    const { sql, parameters } = grantingCampaignsSql(1_990_000, 10);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /campaign_by_end/, plan);
    assert.doesNotMatch(plan, /Seq Scan on campaign/, plan);
  });

  it('of what an order holds, and of whether it has a coupon of a campaign, reads an index', async () => {
    const held = await planOf(
      "update activity.coupon set status = 'USED' where locked_by = ? and status = 'LOCKED'",
      ['40'],
    );
    assert.match(held, /coupon_by_lock/, held);
    const has = await planOf('select from activity.coupon where campaign_id = ? and order_id = ?', [
      '1',
      '2',
    ]);
    assert.match(has, /coupon_by_order/, has);
  });

  it('of a page of audited coupons reads the branch of each', async () => {
    const plan = await planOf(couponsSql, ['10000', 500]);
    assert.match(plan, /using coupon_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /using tcc_branch_pkey /, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited branches reads the coupons of each', async () => {
    const plan = await planOf(branchesSql, ['10000', 500]);
    assert.match(plan, /using tcc_branch_pkey .*\n *Index Cond: \(\(transaction_id > /, plan);
    assert.match(plan, /using coupon_by_lock /, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited campaigns counts the coupons of each, and ends where these are enough', async () => {
    const plan = await planOf(campaignsSql, ['100', 500, 20_000]);
    assert.match(plan, /using campaign_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /(using|on) coupon_by_order/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
    const page = (coupons: number) => bed.deps.database.query(campaignsSql, ['0', 500, coupons]);
    assert.equal((await page(1)).length, 1);
    assert.equal((await page(250)).length, 3);
  });
});
