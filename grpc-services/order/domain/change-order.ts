import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrders, saveOrder } from '../data/order-store.ts';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';
import { tellChanged } from './tell-changed.ts';

/** Each further attempt means that somebody else changed the order meanwhile, which can happen once by now. */
const maxAttempts = 3;

/**
 * Takes an order of the caller's own through a transition of the aggregate. Whoever loses a race for it sees what the
 * winner made of it: the order is read again, and the transition decides again.
 * @throws AppError ORDER_NOT_FOUND (somebody else's too), UNAUTHENTICATED, FORBIDDEN, and what `transition` throws.
 */
export async function changeOrder(
  deps: Pick<OrderDeps, 'database' | 'outbox'>,
  context: CallContext,
  orderId: string,
  transition: (order: Order) => Order,
  effect: Effect<Order>,
): Promise<Order> {
  const userId = requireUserId(context.identity, 'CUSTOMER');
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const [order] = await findOrders(deps.database, [orderId]);
    if (order?.userId !== userId) throw new AppError('ORDER_NOT_FOUND', { orderId });
    const changed = transition(order);
    const saved = await effect(async (em) => {
      if (!(await saveOrder(em, changed, order.version))) return undefined;
      await tellChanged(deps, em, context, changed);
      return changed;
    });
    if (saved) return saved;
  }
  throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
}
