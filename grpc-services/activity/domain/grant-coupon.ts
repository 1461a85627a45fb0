import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCampaigns } from '../data/campaign-store.ts';
import { grantCoupons } from '../data/grant-coupons.ts';
import type { Coupon } from './coupon.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Gives a user a coupon of a campaign that runs, whatever its trigger; another one each time.
 * @throws AppError CAMPAIGN_NOT_FOUND; CAMPAIGN_ENDED also before its start and where it has granted all;
 *   USER_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export async function grantCoupon(
  { database, clock, ids, accounts }: ActivityDeps,
  context: CallContext,
  { campaignId, userId }: { readonly campaignId: string; readonly userId: string },
  effect: Effect<Coupon>,
): Promise<Coupon> {
  requireRole(context.identity, 'ADMIN');
  const [campaign] = await findCampaigns(database, [campaignId]);
  if (!campaign) throw new AppError('CAMPAIGN_NOT_FOUND', { campaignId });
  const { users } = await accounts.batchGetUsers({ ids: [userId] }, context);
  if (!users[0]?.user) throw new AppError('USER_NOT_FOUND', { userId });
  const coupons = [{ id: String(await ids.nextId()), campaignId }];
  const granted = await effect(async (em) => (await grantCoupons(em, { userId, coupons }, clock.now()))[0]);
  if (!granted) throw new AppError('CAMPAIGN_ENDED', { campaignId });
  return granted;
}
