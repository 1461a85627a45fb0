import { requireService } from '@tiffin/lib/identity/require-service';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { countCompletedOrders } from '../data/order-store.ts';
import type { OrderDeps } from './deps.ts';

/**
 * How many orders each user has completed, 1,000 at most, in the order of the ids.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function batchCountCompletedOrders(
  { database }: Pick<OrderDeps, 'database'>,
  { identity }: CallContext,
  userIds: readonly string[],
): Promise<number[]> {
  requireService(identity);
  const counts = await findByIds(userIds, (possible) => countCompletedOrders(database, possible));
  return counts.map((count) => count?.orders ?? 0);
}
