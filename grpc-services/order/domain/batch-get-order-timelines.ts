import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findSteps } from '../data/order-store.ts';
import { batchGetOrders } from './batch-get-orders.ts';
import type { OrderDeps } from './deps.ts';
import type { OrderStep } from './order.ts';

/**
 * What happened to each order, oldest first, in the order of the ids; nothing for one that is not the caller's to see.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetOrderTimelines(
  deps: OrderDeps,
  context: CallContext,
  orderIds: readonly string[],
): Promise<OrderStep[][]> {
  const orders = await batchGetOrders(deps, context, orderIds);
  const seen = orders.flatMap((order) => (order ? [order.id] : []));
  const steps = seen.length > 0 ? await findSteps(deps.database, seen) : new Map<string, OrderStep[]>();
  return orders.map((order) => (order && steps.get(order.id)) ?? []);
}
