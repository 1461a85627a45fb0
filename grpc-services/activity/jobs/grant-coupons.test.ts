import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import type { Delivery } from '@tiffin/lib/events/event-bus';
import type { Inbox } from '@tiffin/lib/events/inbox';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
} from '../activity-test-bed.ts';
import { auditCoupons } from '../domain/audit-coupons.ts';
import { maxCampaignsOfOrder } from '../domain/grant-order-coupons.ts';
import { grantCoupons } from './grant-coupons.ts';

let orders = 0;
const newOrderId = () => String(++orders);

describe('a paid order', () => {
  let bed: ActivityTestBed;
  before(async () => {
    bed = await createActivityTestBed();
  });
  after(() => bed.stop());
  beforeEach(async () => {
    await bed.deps.database.query('truncate activity.campaign, activity.coupon');
  });
  function paid(
    orderId: string,
    eventId = `paid-${orderId}`,
    occurredAt = new Date(bed.clock.now()),
  ): Delivery<OrderPaid> {
    const payload = OrderPaid.fromPartial({ orderId, userId: customer.userId });
    const event = Event.fromPartial({ id: eventId, occurredAt });
    return { event, payload, attempt: 1, signal: new AbortController().signal };
  }
  const hear = (delivery: Delivery<OrderPaid>, inbox: Inbox = bed.deps.inbox) =>
    grantCoupons({ ...bed.deps, inbox }).handle(delivery);
  const granted = () =>
    bed.deps.database.query<{ campaign_id: string; user_id: string; order_id: string }>(
      'select campaign_id, user_id, order_id from activity.coupon order by id',
    );
  const addCampaign = (override = {}) => bed.addCampaign({ trigger: 'ORDER_PAID', ...override });
  const forgetful: Inbox = {
    async once(_consumer, _eventId, work) {
      await bed.deps.database.transaction(work);
      return true;
    },
    forget: async () => 0,
  };

  it('gets a coupon of each campaign that runs for orders, to the letter of the campaign', async () => {
    const [one, two] = [await addCampaign(), await addCampaign({ couponDays: 365 })];
    const orderId = newOrderId();
    await hear(paid(orderId));
    const { userId } = customer;
    assert.deepEqual(
      await granted(),
      [one, two].map((campaign_id) => ({ campaign_id, user_id: userId, order_id: orderId })),
    );
    const [row] = await bed.deps.database.query<{ id: string }>(
      'select id from activity.coupon where campaign_id = ?',
      [two],
    );
    const { name, discount, minimumTotal, grantedCoupons, version } = await bed.getCampaign(two);
    assert.deepEqual(await bed.getCoupon(String(row?.id)), {
      id: row?.id,
      userId,
      campaignId: two,
      name,
      status: 'COUPON_STATUS_AVAILABLE',
      discount,
      minimumTotal,
      grantedAt: new Date(bed.clock.now()),
      expiresAt: new Date(bed.clock.now() + 365 * dayMs),
    });
    assert.deepEqual([grantedCoupons, version], [1, 1]);
  });

  it('gets none of campaigns that are over, to come, exhausted or for administrators', async () => {
    const nowMs = bed.clock.now();
    await addCampaign({ endsAt: new Date(nowMs) });
    await addCampaign({ startsAt: new Date(nowMs + 1) });
    await addCampaign({ maxCoupons: 1, grantedCoupons: 1 });
    await addCampaign({ trigger: 'MANUAL' });
    const lastMoment = await addCampaign({ startsAt: new Date(nowMs), endsAt: new Date(nowMs + 1) });
    await hear(paid(newOrderId()));
    assert.deepEqual(
      (await granted()).map(({ campaign_id }) => campaign_id),
      [lastMoment],
    );
  });

  it('gets coupons of the ten oldest campaigns, and those that are exhausted make room', async () => {
    await addCampaign({ maxCoupons: 1, grantedCoupons: 1 });
    const running: string[] = [];
    for (let n = 0; n <= maxCampaignsOfOrder; n++) running.push(await addCampaign());
    await hear(paid(newOrderId()));
    assert.deepEqual(
      (await granted()).map(({ campaign_id }) => campaign_id),
      running.slice(0, maxCampaignsOfOrder),
    );
  });

  it('gets them once, however often it is heard, in turn or at the same time', async () => {
    const campaignId = await addCampaign();
    const delivery = paid(newOrderId());
    await Promise.all(Array.from({ length: 5 }, () => hear(delivery)));
    await hear(delivery);
    assert.equal((await granted()).length, 1);
    assert.equal((await bed.getCampaign(campaignId)).grantedCoupons, 1);
    assert.deepEqual(await allFindings(auditCoupons(bed.deps)), []);
  });

  it('that was heard while nothing ran gets nothing when it is heard again', async () => {
    const delivery = paid(newOrderId());
    await hear(delivery);
    await addCampaign();
    await hear(delivery);
    assert.deepEqual(await granted(), []);
  });

  it('gets them once under another event too, and without the inbox: one of a campaign is for an order', async () => {
    const campaignId = await addCampaign();
    const orderId = newOrderId();
    await hear(paid(orderId));
    await hear(paid(orderId, 'told twice'));
    await hear(paid(orderId), forgetful);
    await Promise.all([1, 2, 3].map(() => hear(paid(orderId), forgetful)));
    assert.equal((await granted()).length, 1);
    assert.equal((await bed.getCampaign(campaignId)).grantedCoupons, 1);
  });

  it('would get them twice without the inbox and the rule of one for an order', async () => {
    const campaignId = await addCampaign();
    const orderId = newOrderId();
    const { database } = bed.deps;
    await hear(paid(orderId), forgetful);
    await database.query('update activity.coupon set order_id = null');
    await hear(paid(orderId), forgetful);
    assert.equal((await granted()).length, 2);
    assert.equal((await bed.getCampaign(campaignId)).grantedCoupons, 2);
  });

  it('gets what was added to a campaign until it is exhausted', async () => {
    const campaignId = await addCampaign({ maxCoupons: 2 });
    for (let n = 0; n < 4; n++) await hear(paid(newOrderId()));
    assert.equal((await granted()).length, 2);
    assert.equal((await bed.getCampaign(campaignId)).grantedCoupons, 2);
  });

  it('is granted by when it was paid, not by when that is heard', async () => {
    const nowMs = bed.clock.now();
    const over = await addCampaign({ endsAt: new Date(nowMs - 60_000) });
    await addCampaign({ startsAt: new Date(nowMs - 60_000) });
    const orderId = newOrderId();
    await hear(paid(orderId, undefined, new Date(nowMs - 60_001)));
    assert.deepEqual(
      (await granted()).map(({ campaign_id }) => campaign_id),
      [over],
    );
    const [row] = await bed.deps.database.query<{ id: string }>('select id from activity.coupon');
    const { grantedAt, expiresAt } = await bed.getCoupon(String(row?.id));
    assert.deepEqual([grantedAt, expiresAt], [new Date(nowMs), new Date(nowMs + 30 * dayMs)]);
  });

  it('before the end that an administrator gave a campaign gets its coupon still, and one after it none', async () => {
    const campaignId = await addCampaign();
    const before = paid(newOrderId());
    await bed.clock.advance(1);
    await bed.admin.endCampaign({ ...freshKey, campaignId }, callBy(administrator));
    const afterwards = paid(newOrderId());
    await bed.clock.advance(dayMs);
    await hear(afterwards);
    assert.deepEqual(await granted(), []);
    await hear(before);
    assert.equal((await granted()).length, 1);
  });

  it('of before this service had tables gets nothing, whatever a campaign says of its start', async () => {
    await addCampaign({ startsAt: new Date(0) });
    const [row] = await bed.deps.database.query<{ ms: number }>(
      'select (extract(epoch from min(executed_at)) * 1000)::float8 as ms from activity.migration',
    );
    const beginMs = row?.ms ?? assert.fail();
    await hear(paid(newOrderId(), undefined, new Date(beginMs - 1_000)));
    assert.deepEqual(await granted(), []);
    await hear(paid(newOrderId(), undefined, new Date(beginMs + 1_000)));
    assert.equal((await granted()).length, 1);
  });

  it('a campaign that was ended meanwhile grants no more, though it ran at the first look', async () => {
    const campaignId = await addCampaign();
    const endsMeanwhile: Inbox = {
      ...bed.deps.inbox,
      async once(...event) {
        await bed.deps.database.query('update activity.campaign set ends_at = ?::timestamptz where id = ?', [
          new Date(bed.clock.now()).toISOString(),
          campaignId,
        ]);
        return bed.deps.inbox.once(...event);
      },
    };
    await hear(paid(newOrderId()), endsMeanwhile);
    assert.deepEqual(await granted(), []);
  });
});
