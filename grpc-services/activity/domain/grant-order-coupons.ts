import { findGrantingCampaignIds } from '../data/campaign-store.ts';
import { grantCoupons } from '../data/grant-coupons.ts';
import type { ActivityDeps } from './deps.ts';

/** An order's coupons are one statement, and its buyer is not to drown in them: the oldest campaigns grant. */
export const maxCampaignsOfOrder = 10;

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  /** When the order was paid. */
  readonly occurredAt: Date;
  readonly signal: AbortSignal;
}

/**
 * Grants the buyer of a paid order a coupon of each campaign that ran when it was paid and grants them for orders, of the
 * ten oldest at most; once an event and once an order. However late that is heard, an outage takes no coupon from anybody,
 * and a campaign that was ended grants nothing for what was paid afterwards.
 *
 * A consumer that is new to a topic hears of all that the topic still holds: what was paid before this service had tables
 * gets nothing, whatever a campaign says of its start.
 */
export async function grantOrderCoupons(
  { database, clock, ids, inbox }: Pick<ActivityDeps, 'database' | 'clock' | 'ids' | 'inbox'>,
  { consumer, eventId, occurredAt, signal }: Heard,
  { orderId, userId }: { readonly orderId: string; readonly userId: string },
): Promise<void> {
  const paidMs = occurredAt.getTime();
  const campaignIds = await findGrantingCampaignIds(database, paidMs, maxCampaignsOfOrder);
  const newCoupon = async (campaignId: string) => ({ id: String(await ids.nextId()), campaignId });
  const coupons = await Promise.all(campaignIds.map(newCoupon));
  const order = { id: orderId, paidMs };
  await inbox.once(
    consumer,
    eventId,
    async (em) => {
      if (coupons.length > 0) await grantCoupons(em, { userId, order, coupons }, clock.now());
    },
    { signal },
  );
}
