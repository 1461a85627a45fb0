import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrders } from '../data/order-store.ts';
import type { OrderDeps, Session } from './deps.ts';
import type { Order } from './order.ts';
import { saveChange } from './save-change.ts';
import { signalChanged } from './signal-changed.ts';

/** Each further attempt means that somebody else changed the order meanwhile, which can happen a few times by now. */
const maxAttempts = 3;

export interface OrderChange {
  /** The order afterwards; undefined where it is so already. */
  readonly transition: (order: Order) => Order | undefined;
  /** What else is written with it. */
  readonly write?: (em: Session) => Promise<unknown>;
}

/**
 * Takes an order of the caller's own through a transition of the aggregate. Whoever loses a race for it sees what the
 * winner made of it: the order is read again, and the transition decides again.
 * @throws AppError ORDER_NOT_FOUND (somebody else's too), UNAUTHENTICATED, FORBIDDEN, and what `transition` throws.
 */
export async function changeOrder(
  deps: Pick<OrderDeps, 'clock' | 'database' | 'outbox' | 'signals'>,
  context: CallContext,
  orderId: string,
  { transition, write }: OrderChange,
  effect: Effect<Order>,
): Promise<Order> {
  const userId = requireUserId(context.identity, 'CUSTOMER');
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const [order] = await findOrders(deps.database, [orderId]);
    if (order?.userId !== userId) throw new AppError('ORDER_NOT_FOUND', { orderId });
    const changed = transition(order);
    if (!changed) return effect(async () => order);
    const saved = await effect(async (em) => {
      if (!(await saveChange(deps, em, context, changed, order.version))) return undefined;
      await write?.(em);
      return changed;
    });
    if (!saved) continue;
    signalChanged(deps, orderId);
    return saved;
  }
  throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
}
