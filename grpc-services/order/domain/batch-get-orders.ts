import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrders } from '../data/order-store.ts';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';
import { seesOrdersOf } from './order-access.ts';

/**
 * One answer for each id, in the order of the ids; undefined where there is no such order, and in the same way where
 * it is not the caller's to see: nobody learns that it exists.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetOrders(
  { database }: OrderDeps,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(Order | undefined)[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const orders = await findByIds(ids, (possible) => findOrders(database, possible));
  return orders.map((order) => (order && seesOrdersOf(identity, order.userId) ? order : undefined));
}
