import { requireRole } from '@tiffin/lib/identity/require-role';
import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findNewestCampaigns } from '../data/campaign-store.ts';
import type { Campaign } from './campaign.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * All campaigns, newest first, from behind the one with the id `after` on.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN.
 */
export async function listCampaigns(
  { database }: ActivityDeps,
  { identity }: CallContext,
  { first, after }: { readonly first: number; readonly after: string | undefined },
): Promise<Page<Campaign>> {
  requireRole(identity, 'ADMIN');
  return toPage(await findNewestCampaigns(database, { after, maxItems: first + 1 }), first);
}
