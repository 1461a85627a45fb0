import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { type Campaign, type CampaignFields, changedCampaign } from './campaign.ts';
import { changeLockedCampaign } from './locked-campaign.ts';

/**
 * Changes a campaign that still is as the caller read it. Coupons that were granted stay as they are.
 * @throws AppError CAMPAIGN_NOT_FOUND, VERSION_CONFLICT, UNAUTHENTICATED, FORBIDDEN; INVALID_ARGUMENT below the number
 *   of coupons that are granted.
 */
export function updateCampaign(
  context: CallContext,
  input: { readonly campaignId: string; readonly version: number; readonly fields: CampaignFields },
  effect: Effect<Campaign>,
): Promise<Campaign> {
  const { campaignId, version, fields } = input;
  const transition = (campaign: Campaign) => changedCampaign(campaign, version, fields);
  return changeLockedCampaign(context, campaignId, transition, effect);
}
