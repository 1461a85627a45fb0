import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { lockCampaign, saveCampaign } from '../data/campaign-store.ts';
import type { Campaign } from './campaign.ts';

/**
 * Takes a campaign through a transition of the aggregate. One that changes nothing writes nothing. No coupon is granted
 * between the look and the write, so what the transition checks still holds.
 * @throws AppError CAMPAIGN_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN; what the transition throws.
 */
export async function changeLockedCampaign(
  { identity }: CallContext,
  campaignId: string,
  transition: (campaign: Campaign) => Campaign,
  effect: Effect<Campaign>,
): Promise<Campaign> {
  requireRole(identity, 'ADMIN');
  return effect(async (em) => {
    const campaign = await lockCampaign(em, campaignId);
    if (!campaign) throw new AppError('CAMPAIGN_NOT_FOUND', { campaignId });
    const changed = transition(campaign);
    if (changed !== campaign) await saveCampaign(em, changed);
    return changed;
  });
}
