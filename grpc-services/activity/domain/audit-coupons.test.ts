import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import { BRANCH_RETENTION_MS, forgetBranches } from '@tiffin/lib/tcc/forget-branches';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { type ActivityTestBed, createActivityTestBed, customer } from '../activity-test-bed.ts';
import { auditCoupons } from './audit-coupons.ts';

let bed: ActivityTestBed;
let campaignId: string;
/** Of the orders 1, 2 and 3: locked, used and let go. Nobody wants the fourth. */
let couponIds: string[];
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  await sql('truncate activity.campaign, activity.coupon, activity.tcc_branch');
  campaignId = await bed.addCampaign();
  couponIds = [];
  for (let n = 0; n < 4; n++) couponIds.push(await bed.addCoupon(userId, campaignId));
  for (const orderId of ['1', '2', '3']) await lock(orderId, couponIds[Number(orderId) - 1]);
  await bed.locks.useCoupon({ orderId: '2' }, own);
  await bed.locks.unlockCoupon({ orderId: '3' }, own);
});

const own = callBy(ownProcess);
const { userId } = customer;
const lock = (orderId: string, couponId = '') => bed.locks.lockCoupon({ orderId, userId, couponId }, own);
const sql = (statement: string, ...parameters: string[]) => bed.deps.database.query(statement, parameters);
const findings = async () =>
  (await allFindings(auditCoupons(bed.deps))).map(({ unit, problem }) => `${unit} ${problem}`).toSorted();

test('what goes the usual ways has no findings', async () => {
  await bed.locks.unlockCoupon({ orderId: '4' }, own);
  assert.deepEqual(await findings(), []);
});

test('a coupon whose order stands elsewhere is found, from both sides', async () => {
  const [locked, used] = couponIds;
  await sql("update activity.tcc_branch set state = 'CONFIRMED' where transaction_id = 1");
  await sql("update activity.tcc_branch set state = 'TRIED' where transaction_id = 2");
  assert.deepEqual(await findings(), [
    `coupon ${locked} is LOCKED for order 1, whose branch is CONFIRMED`,
    `coupon ${used} is USED for order 2, whose branch is TRIED`,
    'order 1 has a CONFIRMED branch and 0 USED coupons',
    'order 2 has a TRIED branch and 0 LOCKED coupons',
  ]);
});

test('a locked coupon without a branch is found, whoever else has the order', async () => {
  const [locked] = couponIds;
  await sql("update activity.tcc_branch set branch = 'stock' where transaction_id = 1");
  assert.deepEqual(await findings(), [`coupon ${locked} is LOCKED for order 1, whose branch is missing`]);
});

test('a used coupon outlives its branch, which is forgotten when it has ended long ago', async () => {
  bed.clock.jump(BRANCH_RETENTION_MS + 1);
  assert.ok((await forgetBranches(bed.deps.database, bed.clock)) > 0);
  assert.deepEqual(await findings(), []);
});

test('a coupon that a cancelled order still holds is found', async () => {
  const [, , free] = couponIds;
  await sql(
    "update activity.coupon set status = 'LOCKED', locked_by = 3, expires_at = granted_at where id = ?",
    String(free),
  );
  assert.deepEqual(await findings(), [`coupon ${free} is LOCKED for order 3, whose branch is CANCELLED`]);
});

test('a branch without its coupon is found', async () => {
  await sql("update activity.coupon set status = 'AVAILABLE', locked_by = null");
  assert.deepEqual(await findings(), [
    'order 1 has a TRIED branch and 0 LOCKED coupons',
    'order 2 has a CONFIRMED branch and 0 USED coupons',
  ]);
});

test('a branch with two coupons is found', async () => {
  const lockAnother = () =>
    sql("update activity.coupon set status = 'LOCKED', locked_by = 1 where id = ?", String(couponIds[3]));
  await assert.rejects(lockAnother(), /coupon_by_lock/, 'behind the barrier the database lets none happen');
  await sql('drop index activity.coupon_by_lock');
  await lockAnother();
  assert.deepEqual(await findings(), ['order 1 has a TRIED branch and 2 LOCKED coupons']);
  await sql('truncate activity.coupon, activity.tcc_branch');
  await sql('create unique index coupon_by_lock on activity.coupon (locked_by) where locked_by is not null');
});

test('a campaign that counts wrongly is found', async () => {
  await sql('update activity.campaign set granted_coupons = 3');
  assert.deepEqual(await findings(), [`campaign ${campaignId} counts 3 coupons and has 4`]);
});

test('a hundred findings are enough', async () => {
  await sql(
    `insert into activity.tcc_branch
     select n, 'coupon', 'TRIED', to_timestamp(0) from generate_series(100, 300) as n`,
  );
  assert.equal((await findings()).length, MAX_FINDINGS);
});
