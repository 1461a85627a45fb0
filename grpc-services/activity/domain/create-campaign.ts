import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertCampaign } from '../data/campaign-store.ts';
import { type Campaign, type CampaignFields, newCampaign } from './campaign.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Creates a campaign, which grants coupons while it runs.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN.
 */
export async function createCampaign(
  { ids }: ActivityDeps,
  { identity }: CallContext,
  fields: CampaignFields,
  effect: Effect<Campaign>,
): Promise<Campaign> {
  requireRole(identity, 'ADMIN');
  const campaign = newCampaign(String(await ids.nextId()), fields);
  return effect(async (em) => {
    await insertCampaign(em, campaign);
    return campaign;
  });
}
