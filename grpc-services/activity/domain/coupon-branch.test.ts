import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Participant } from '@tiffin/lib/tcc/participant';
import { type BranchStep, branchOrders, branchOutcome } from '@tiffin/lib/testing/branch-orders';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { type ActivityTestBed, createActivityTestBed, customer } from '../activity-test-bed.ts';
import { auditCoupons } from './audit-coupons.ts';
import { batchGetLocks } from './batch-get-locks.ts';
import type { ActivityDeps } from './deps.ts';
import { lockCoupon } from './lock-coupon.ts';
import { unlockCoupon } from './unlock-coupon.ts';
import { useCoupon } from './use-coupon.ts';

let bed: ActivityTestBed;
let campaignId: string;
before(async () => {
  bed = await createActivityTestBed();
  campaignId = await bed.addCampaign();
});
after(() => bed.stop());

const own = callBy(ownProcess);
const statusAfter = { TRIED: 'LOCKED', CONFIRMED: 'USED', CANCELLED: 'AVAILABLE' } as const;
let lastOrderId = 0;

for (const endings of [['confirm'], ['cancel'], ['confirm', 'cancel']] as const) {
  test(`try and ${endings.join(' and ')} in any order, each up to twice: the coupon's part happens once or not at all`, async () => {
    for (const order of branchOrders(...endings)) {
      const { orderId, status, answers } = await run(bed.deps, order);
      const outcome = branchOutcome(order);
      assert.deepEqual(answers, outcome.answers, order.join());
      assert.equal(status, expectedStatus(order), order.join());
      assert.deepEqual(await batchGetLocks(bed.deps, own, [orderId]), [outcome.state], order.join());
    }
    assert.deepEqual(await allFindings(auditCoupons(bed.deps)), []);
  });
}

test('the control: without the barrier only the orders in which nothing is late or repeated come out right', async () => {
  const { database } = bed.deps;
  const atOnce: Participant['try'] = (_, call, work) => database.transaction(work, call);
  const branches = { try: atOnce, confirm: atOnce, cancel: atOnce, states: bed.deps.branches.states };
  for (const [ending, right] of [
    ['confirm', ['try', 'try,confirm']],
    ['cancel', ['try', 'try,cancel']],
  ] as const) {
    const found: string[] = [];
    for (const order of branchOrders(ending)) {
      const { status, answers } = await run({ ...bed.deps, branches }, order);
      const isRight =
        String(answers) === String(branchOutcome(order).answers) && status === expectedStatus(order);
      if (isRight) found.push(order.join());
    }
    assert.deepEqual(new Set(found), new Set(right));
  }
});

/** Makes the calls one after the other for a new order and a new coupon. */
async function run(deps: ActivityDeps, order: readonly BranchStep[]) {
  const orderId = String(++lastOrderId);
  const { userId } = customer;
  const couponId = await bed.addCoupon(userId, campaignId);
  const call = {
    try: () => lockCoupon(deps, own, { orderId, userId, couponId }),
    confirm: () => useCoupon(deps, own, orderId),
    cancel: () => unlockCoupon(deps, own, orderId),
  };
  const answers: string[] = [];
  for (const step of order) {
    const answer = await call[step]().then(
      () => 'done',
      (error) => (AppError.is(error, 'TRANSACTION_ENDED') ? error.code : String(error)),
    );
    answers.push(answer);
  }
  return { orderId, answers, status: (await bed.getCoupon(couponId)).status };
}

function expectedStatus(order: readonly BranchStep[]): string {
  const { state } = branchOutcome(order);
  return `COUPON_STATUS_${state ? statusAfter[state] : 'AVAILABLE'}`;
}
