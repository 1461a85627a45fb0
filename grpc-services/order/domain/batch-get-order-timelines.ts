import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findTimelines } from '../data/order-store.ts';
import type { OrderDeps } from './deps.ts';
import type { OrderStep } from './order.ts';
import { seesOrdersOf } from './order-access.ts';

/**
 * What happened to each order, oldest first, in the order of the ids; nothing for one that is not the caller's to see.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetOrderTimelines(
  { database }: OrderDeps,
  { identity }: CallContext,
  orderIds: readonly string[],
): Promise<(readonly OrderStep[])[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const timelines = await findByIds(orderIds, (possible) => findTimelines(database, possible));
  return timelines.map((timeline) =>
    timeline && seesOrdersOf(identity, timeline.userId) ? timeline.steps : [],
  );
}
