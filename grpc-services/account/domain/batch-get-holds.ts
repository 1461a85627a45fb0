import { isId } from '@tiffin/lib/errors/invalid-argument';
import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import type { AccountDeps } from './deps.ts';

/**
 * How far the wallet's part in each order is, in the order of the ids; undefined for orders it has not heard of.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function batchGetHolds(
  { branches }: AccountDeps,
  { identity }: CallContext,
  orderIds: readonly string[],
): Promise<(BranchState | undefined)[]> {
  requireService(identity);
  const possible = orderIds.filter(isId);
  const states = await branches.states(possible);
  const byOrder = new Map(possible.map((orderId, index) => [orderId, states[index]]));
  return orderIds.map((orderId) => byOrder.get(orderId));
}
