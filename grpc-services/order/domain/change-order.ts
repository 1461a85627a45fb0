import { AppError } from '@tiffin/lib/errors/app-error';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrders, saveOrder } from '../data/order-store.ts';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';

/** Each further attempt means that somebody else changed the order meanwhile, which can happen once by now. */
const maxAttempts = 3;

/**
 * Takes an order of the caller's own through a transition of the aggregate. Whoever loses a race for it sees what the
 * winner made of it: the order is read again, and the transition decides again.
 * @throws AppError ORDER_NOT_FOUND (somebody else's too), UNAUTHENTICATED, FORBIDDEN, and what `transition` throws.
 */
export async function changeOrder(
  { database }: OrderDeps,
  { identity }: CallContext,
  orderId: string,
  transition: (order: Order) => Order,
): Promise<Order> {
  const userId = requireUserId(identity, 'CUSTOMER');
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const [order] = await findOrders(database, [orderId]);
    if (order?.userId !== userId) throw new AppError('ORDER_NOT_FOUND', { orderId });
    const changed = transition(order);
    if (await saveOrder(database, changed, order.version)) return changed;
  }
  throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
}
