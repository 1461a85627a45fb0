import { requireService } from '@tiffin/lib/identity/require-service';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import type { ActivityDeps } from './deps.ts';

/**
 * How far the claim of each order is, in the order of the ids; undefined where it is unknown.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function batchGetClaims(
  { claims }: ActivityDeps,
  { identity }: CallContext,
  orderIds: readonly string[],
): Promise<(BranchState | undefined)[]> {
  requireService(identity);
  const found = await findByIds(orderIds, async (possible) => {
    const states = await claims.states(possible);
    return possible.map((id, index) => ({ id, state: states[index] }));
  });
  return found.map((claim) => claim?.state);
}
