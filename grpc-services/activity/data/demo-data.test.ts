import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { type ActivityTestBed, createActivityTestBed, dayMs } from '../activity-test-bed.ts';
import { auditCoupons } from '../domain/audit-coupons.ts';
import { auditFlashSales } from '../domain/audit-flash-sales.ts';
import { demoCampaigns, demoCoupons, insertDemoData } from './demo-data.ts';
import { demoFlashSales, insertDemoFlashSales } from './demo-flash-sales.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
  assert.equal(await insertDemoData(bed.deps.database), true);
});
after(() => bed.stop());

const customerId = String(demoId('user', 1));
const jumpTo = (atMs: number) => bed.clock.jump(atMs - bed.clock.now());

test('the same data come again on every machine, and only into empty tables', async () => {
  assert.deepEqual(demoCoupons(), demoCoupons());
  const [{ id, name } = assert.fail()] = demoCampaigns();
  assert.deepEqual([id, name], [String(demoId('campaign', 1)), 'Thank you for your order']);
  assert.equal(await insertDemoData(bed.deps.database), false);
});

test('campaigns count the coupons that they have granted, and nothing contradicts anything', async () => {
  assert.deepEqual(await allFindings(auditCoupons(bed.deps)), []);
  const { edges } = await bed.admin.listCampaigns({ first: 100 }, callBy(ownProcess));
  assert.deepEqual(
    edges.map(({ campaign }) => [campaign?.trigger, campaign?.grantedCoupons]),
    [
      ['CAMPAIGN_TRIGGER_MANUAL', 3],
      ['CAMPAIGN_TRIGGER_ORDER_PAID', 2],
    ],
  );
});

test('whenever somebody looks, the customer has coupons that an order can lock, newest first', async () => {
  const call = callBy(userWith(customerId, 'CUSTOMER'));
  const own = callBy(ownProcess);
  let orderNo = 0;
  for (const atMs of [demoNowMs, demoNowMs + 400 * dayMs, Date.UTC(2099, 0, 1)]) {
    jumpTo(atMs);
    const pages = [{ parentId: customerId, first: 100 }];
    const answer = await bed.api.batchListUserCoupons({ pages }, call);
    const coupons = answer.pages[0]?.edges.map(({ coupon }) => coupon ?? assert.fail()) ?? [];
    assert.equal(coupons.length, 5);
    const times = coupons.map(({ grantedAt }) => Number(grantedAt));
    assert.deepEqual(
      times,
      times.toSorted((one, other) => other - one),
    );
    for (const { id, status } of coupons) {
      assert.equal(status, 'COUPON_STATUS_AVAILABLE');
      const orderId = String(++orderNo);
      await bed.locks.lockCoupon({ orderId, userId: customerId, couponId: id }, own);
      await bed.locks.unlockCoupon({ orderId }, own);
    }
  }
});

test('both campaigns run', async () => {
  jumpTo(Date.UTC(2027, 0, 1));
  for (const { id } of demoCampaigns()) assert.ok(await bed.addCoupon(customerId, id));
});

test('whenever somebody looks, one flash sale runs and one is to come', async () => {
  assert.equal(await insertDemoFlashSales(bed.deps.database), true);
  assert.equal(await insertDemoFlashSales(bed.deps.database), false);
  const [running, upcoming] = demoFlashSales();
  assert.equal(running?.id, String(demoId('flash sale', 1)));
  // The clock of this bed stands where the tests before left it, and goes on from there.
  for (const atMs of [bed.clock.now(), Date.UTC(2028, 0, 1), Date.UTC(2099, 0, 1)]) {
    jumpTo(atMs);
    const { edges } = await bed.sales.listFlashSales({ first: 100 }, callBy(ownProcess));
    assert.deepEqual(
      edges.map(({ flashSale }) => [flashSale?.id, flashSale?.status, flashSale?.stock]),
      [
        [running?.id, 'FLASH_SALE_STATUS_RUNNING', 100],
        [upcoming?.id, 'FLASH_SALE_STATUS_UPCOMING', 100],
      ],
    );
  }
  assert.deepEqual((await bed.getFlashSale(upcoming?.id ?? '')).rules, upcoming?.rules);
  assert.deepEqual(await allFindings(auditFlashSales(bed.deps)), []);
});
