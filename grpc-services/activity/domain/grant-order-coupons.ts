import { findGrantingCampaignIds } from '../data/campaign-store.ts';
import { grantCoupons } from '../data/grant-coupons.ts';
import type { ActivityDeps } from './deps.ts';

/** An order's coupons are one statement, and its buyer is not to drown in them: the oldest campaigns grant. */
export const maxCampaignsOfOrder = 10;

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  readonly signal: AbortSignal;
}

/**
 * Grants the buyer of a paid order a coupon of each campaign that runs now and grants them for orders, once an event and
 * once an order. It runs or does not by the time at which it is granted, so that a campaign that was ended grants no
 * more, however late its events arrive.
 */
export async function grantOrderCoupons(
  { database, clock, ids, inbox }: Pick<ActivityDeps, 'database' | 'clock' | 'ids' | 'inbox'>,
  { consumer, eventId, signal }: Heard,
  { orderId, userId }: { readonly orderId: string; readonly userId: string },
): Promise<void> {
  const campaignIds = await findGrantingCampaignIds(database, clock.now(), maxCampaignsOfOrder);
  const newCoupon = async (campaignId: string) => ({ id: String(await ids.nextId()), campaignId });
  const coupons = await Promise.all(campaignIds.map(newCoupon));
  await inbox.once(
    consumer,
    eventId,
    async (em) => {
      if (coupons.length > 0) await grantCoupons(em, { userId, orderId, coupons }, clock.now());
    },
    { signal },
  );
}
