import { requireRole } from '@tiffin/lib/identity/require-role';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCampaigns } from '../data/campaign-store.ts';
import type { Campaign } from './campaign.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * One answer for each id, in the order of the ids; undefined where there is no such campaign.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN.
 */
export async function batchGetCampaigns(
  { database }: ActivityDeps,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(Campaign | undefined)[]> {
  requireRole(identity, 'ADMIN');
  return findByIds(ids, (possible) => findCampaigns(database, possible));
}
