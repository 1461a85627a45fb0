import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { type Campaign, endedCampaign } from './campaign.ts';
import type { ActivityDeps } from './deps.ts';
import { changeLockedCampaign } from './locked-campaign.ts';

/**
 * Ends a campaign, also before its start: it grants no more. Idempotent.
 * @throws AppError CAMPAIGN_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export function endCampaign(
  { clock }: ActivityDeps,
  context: CallContext,
  campaignId: string,
  effect: Effect<Campaign>,
): Promise<Campaign> {
  const transition = (campaign: Campaign) => endedCampaign(campaign, clock.now());
  return changeLockedCampaign(context, campaignId, transition, effect);
}
