import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
} from '../activity-test-bed.ts';
import { insertDemoData } from '../data/demo-data.ts';
import { auditCoupons } from './audit-coupons.ts';
import { grantOrderCoupons } from './grant-order-coupons.ts';

/** Two processes of the service: each has its own connections to one server, on which transactions overlap. */
let postgres: RealPostgres;
let beds: [ActivityTestBed, ActivityTestBed];
before(async () => {
  postgres = await createRealPostgres();
  // Waiting for a row's lock counts as the statement's time, and waiting for a connection as the connection's.
  const patience = { poolSize: 20, statementTimeoutMs: 10_000, connectTimeoutMs: 30_000 };
  const engine = { ...patience, url: postgres.url };
  beds = await Promise.all([createActivityTestBed(engine), createActivityTestBed(engine, 1_000_000n)]);
});
after(async () => {
  await Promise.all(beds.map((bed) => bed.stop()));
  await postgres.drop();
});
beforeEach(async () => {
  await beds[0].deps.database.query(
    'truncate activity.campaign, activity.coupon, activity.tcc_branch, activity.inbox',
  );
});

const own = callBy(ownProcess);
const byAdmin = callBy(administrator);
const { userId } = customer;
const { signal } = new AbortController();
const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));

/** What each call threw, taking turns between the two processes. */
async function race<Item>(
  items: readonly Item[],
  call: (bed: ActivityTestBed, item: Item) => Promise<unknown>,
): Promise<unknown[]> {
  const calls = items.map((item, index) => call(beds[index % 2 === 0 ? 0 : 1], item));
  const outcomes = await Promise.allSettled(calls);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

/** What an administrator would write to change nothing of a campaign of this trigger. */
async function fieldsOf(campaignId: string) {
  const {
    id: _id,
    grantedCoupons: _granted,
    version: _version,
    ...fields
  } = await beds[0].getCampaign(campaignId);
  return { ...fields, trigger: 'CAMPAIGN_TRIGGER_MANUAL' as const };
}

async function statesOf(orderIds: readonly string[]) {
  return (await beds[0].locks.batchGetLocks({ orderIds: [...orderIds] }, own)).states;
}

/** As the job hears of a paid order. */
function hear({ deps }: ActivityTestBed, orderId: string, eventId = `paid-${orderId}`): Promise<void> {
  const occurredAt = new Date(deps.clock.now());
  const heard = { consumer: 'activity.coupons', eventId, occurredAt, signal };
  return grantOrderCoupons(deps, heard, { orderId, userId });
}

test('a start of two processes at once fills the tables once', async () => {
  const filled = await Promise.all(beds.map((bed) => insertDemoData(bed.deps.database)));
  assert.deepEqual(filled.toSorted(), [false, true]);
});

test('of 50 orders that race for a coupon, one locks it', async () => {
  const couponId = await beds[0].addCoupon(userId, await beds[0].addCampaign());
  const orderIds = numbersTo(50);
  const failures = await race(orderIds, (bed, orderId) =>
    bed.locks.lockCoupon({ orderId, userId, couponId }, own),
  );
  assert.equal(failures.length, 49);
  for (const failure of failures) failsWith('COUPON_UNAVAILABLE', { couponId })(failure);
  const states = await statesOf(orderIds);
  assert.equal(states.filter((state) => state === 'BRANCH_STATE_TRIED').length, 1);
  assert.equal(states.filter((state) => state === 'BRANCH_STATE_UNSPECIFIED').length, 49);
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('a try and a cancel of the same order at once leave the coupon free, whichever comes first', async () => {
  const campaignId = await beds[0].addCampaign();
  for (const orderId of numbersTo(50)) {
    const couponId = await beds[0].addCoupon(userId, campaignId);
    const lock = { orderId, userId, couponId };
    const failures = await race(['lock', 'unlock', 'lock'] as const, (bed, step) =>
      step === 'lock' ? bed.locks.lockCoupon(lock, own) : bed.locks.unlockCoupon(lock, own),
    );
    for (const failure of failures) failsWith('TRANSACTION_ENDED')(failure);
    assert.equal((await beds[0].getCoupon(couponId)).status, 'COUPON_STATUS_AVAILABLE');
  }
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('a confirm and a cancel of the same order at once: one of them happens', async () => {
  const campaignId = await beds[0].addCampaign();
  for (const orderId of numbersTo(50)) {
    const couponId = await beds[0].addCoupon(userId, campaignId);
    await beds[0].locks.lockCoupon({ orderId, userId, couponId }, own);
    const failures = await race(['use', 'unlock'] as const, (bed, step) =>
      step === 'use' ? bed.locks.useCoupon({ orderId }, own) : bed.locks.unlockCoupon({ orderId }, own),
    );
    assert.equal(failures.length, 1);
    failsWith('TRANSACTION_ENDED')(failures[0]);
  }
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('50 paid orders, each heard three times, get the 10 coupons that a campaign has', async () => {
  const campaignId = await beds[0].addCampaign({ trigger: 'ORDER_PAID', maxCoupons: 10 });
  const orderIds = numbersTo(50);
  assert.deepEqual(await race([...orderIds, ...orderIds, ...orderIds], hear), []);
  const rows = await beds[0].deps.database.query<{ order_id: string }>(
    'select order_id from activity.coupon',
  );
  assert.equal(rows.length, 10);
  assert.equal(new Set(rows.map(({ order_id }) => order_id)).size, 10);
  assert.equal((await beds[0].getCampaign(campaignId)).grantedCoupons, 10);
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('the control: a campaign that is looked at and counted apart grants too many', async () => {
  const campaignId = await beds[0].addCampaign({ maxCoupons: 10, grantedCoupons: 9 });
  const { database } = beds[0].deps;
  await database.query('alter table activity.campaign drop constraint campaign_check');
  let lookers = 0;
  const allHaveLooked = Promise.withResolvers<void>();
  await race(numbersTo(5), ({ deps }) =>
    deps.database.transaction(async (em) => {
      const sql = 'select granted_coupons < max_coupons as has_more from activity.campaign where id = ?';
      const [row] = await em.execute<{ has_more: boolean }[]>(sql, [campaignId]);
      if (++lookers === 5) allHaveLooked.resolve();
      await allHaveLooked.promise;
      if (!row?.has_more) return;
      await em.execute('update activity.campaign set granted_coupons = granted_coupons + 1 where id = ?', [
        campaignId,
      ]);
    }),
  );
  assert.equal((await beds[0].getCampaign(campaignId)).grantedCoupons, 14);
  await database.query('truncate activity.campaign, activity.coupon');
  await database.query(
    'alter table activity.campaign add constraint campaign_check check (granted_coupons between 0 and max_coupons)',
  );
});

test('an order that two events tell of at once gets one coupon', async () => {
  const campaignId = await beds[0].addCampaign({ trigger: 'ORDER_PAID' });
  for (const orderId of numbersTo(20)) {
    await race(['a', 'b'], (bed, event) => hear(bed, orderId, `${event}-${orderId}`));
  }
  assert.equal((await beds[0].getCampaign(campaignId)).grantedCoupons, 20);
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('of changes that rest on one version of a campaign, one is let through', async () => {
  const campaignId = await beds[0].addCampaign();
  const fields = await fieldsOf(campaignId);
  const failures = await race(numbersTo(10), (bed, name) => {
    const change = { ...freshKey, campaignId, version: 1, fields: { ...fields, name } };
    return bed.admin.updateCampaign(change, byAdmin);
  });
  assert.equal(failures.length, 9);
  for (const failure of failures) failsWith('VERSION_CONFLICT', { currentVersion: 2 })(failure);
});

test('a change of a campaign and grants at once: neither is lost, and none is granted beyond the change', async () => {
  const campaignId = await beds[0].addCampaign({ maxCoupons: 1_000 });
  const fields = { ...(await fieldsOf(campaignId)), maxCoupons: 15 };
  const failures = await race(numbersTo(40), (bed, n) =>
    n === '10'
      ? bed.admin.updateCampaign({ ...freshKey, campaignId, version: 1, fields }, byAdmin)
      : bed.admin.grantCoupon({ ...freshKey, campaignId, userId }, byAdmin),
  );
  const { grantedCoupons, maxCoupons, version } = await beds[0].getCampaign(campaignId);
  if (version === 2) {
    assert.deepEqual([grantedCoupons, maxCoupons], [15, 15]);
    assert.equal(failures.filter((failure) => AppError.is(failure, 'CAMPAIGN_ENDED')).length, 24);
  } else {
    // The change came too late: more were granted by then than it would have let.
    assert.deepEqual([grantedCoupons, maxCoupons, failures.length], [39, 1_000, 1]);
  }
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('tries, confirms, cancels and grants of several campaigns at once: no deadlock, and no false finding of the audit', async () => {
  const campaignIds: string[] = [];
  for (let n = 0; n < 3; n++) campaignIds.push(await beds[0].addCampaign({ trigger: 'ORDER_PAID' }));
  const coupons = await Promise.all(numbersTo(30).map(() => beds[0].addCoupon(userId, campaignIds[0] ?? '')));
  const random = new DemoRandom(7);
  const steps = Array.from({ length: 600 }, (_, index) => {
    const orderId = String(1 + Math.floor(index / 4));
    return { orderId, couponId: coupons[random.between(0, 29)] ?? '', kind: random.between(0, 5) };
  });
  let isOver = false;
  const traffic = race(steps, (bed, { orderId, couponId, kind }) => {
    if (kind === 0) return bed.locks.unlockCoupon({ orderId }, own);
    if (kind === 1) return bed.locks.useCoupon({ orderId }, own);
    if (kind === 2) return hear(bed, orderId);
    return bed.locks.lockCoupon({ orderId, userId, couponId }, own);
  }).finally(() => {
    isOver = true;
  });
  let audits = 0;
  for (; !isOver; audits++) assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
  assert.ok(audits >= 3, `Only ${audits} audits ran beside the traffic.`);
  for (const failure of await traffic) {
    assert.ok(
      AppError.is(failure, 'COUPON_UNAVAILABLE') || AppError.is(failure, 'TRANSACTION_ENDED'),
      String(failure),
    );
  }
  assert.deepEqual(await allFindings(auditCoupons(beds[0].deps)), []);
});

test('each page of the audit sees one moment, whatever commits between its statements', async () => {
  const [bed] = beds;
  const campaignId = await bed.addCampaign();
  const orderIds = numbersTo(30);
  for (const orderId of orderIds) {
    await bed.locks.lockCoupon({ orderId, userId, couponId: await bed.addCoupon(userId, campaignId) }, own);
  }
  // Before each statement of a transaction another session uses one more coupon, and grants one.
  const interrupted: Pick<Database, 'transaction'> = {
    transaction: (work, budget) =>
      bed.deps.database.transaction((em) => {
        const execute = async (sql: string, parameters?: unknown[]) => {
          await bed.locks.useCoupon({ orderId: orderIds.pop() ?? assert.fail() }, own);
          await bed.addCoupon(userId, campaignId);
          return em.execute<object[]>(sql, parameters);
        };
        return work({ execute, flush: async () => {} } as Partial<typeof em> as typeof em);
      }, budget),
  };
  assert.deepEqual(await allFindings(auditCoupons({ database: interrupted })), []);
  assert.ok(orderIds.length < 30);
  const [locked, tried] = await interrupted.transaction(async (em) => [
    await em.execute<object[]>("select id from activity.coupon where status = 'LOCKED'"),
    await em.execute<object[]>("select transaction_id from activity.tcc_branch where state = 'TRIED'"),
  ]);
  assert.notEqual(locked?.length, tried?.length, 'the control: two statements see two moments');
});
