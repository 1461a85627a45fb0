import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrders } from '../data/order-store.ts';
import { changeOrder } from './change-order.ts';
import type { OrderDeps, Session } from './deps.ts';
import { completedOrder, type Order } from './order.ts';
import { saveChange } from './save-change.ts';
import { signalChanged } from './signal-changed.ts';

/** How long a customer may say that a delivery did not arrive as it should. */
export const completesAfterMs = 24 * 3_600_000;

/** By this name it stands among the delayed tasks, for ever. */
export const completeDeliveredKind = 'complete-delivered';

/**
 * Completes a delivered order of the caller's own; one that is completed stays as it is.
 * @throws AppError ORDER_NOT_FOUND, ORDER_NOT_DELIVERED, UNAUTHENTICATED, FORBIDDEN.
 */
export function completeOrder(
  deps: OrderDeps,
  context: CallContext,
  orderId: string,
  effect: Effect<Order>,
): Promise<Order> {
  const write = (em: Session) => deps.delayedTasks.cancel(em, completeDeliveredKind, orderId);
  return changeOrder(deps, context, orderId, { transition: completedOrder, write }, effect);
}

/** Has an order completed a day after its delivery, in the transaction that notes the delivery. */
export function scheduleCompletion(
  { delayedTasks }: Pick<OrderDeps, 'delayedTasks'>,
  em: Session,
  orderId: string,
  deliveredMs: number,
): Promise<void> {
  const dueMs = deliveredMs + completesAfterMs;
  return delayedTasks.schedule(em, { kind: completeDeliveredKind, key: orderId, dueMs });
}

/** Completes a delivered order of which its customer says nothing. */
export async function completeDelivered(
  deps: Pick<OrderDeps, 'clock' | 'database' | 'outbox' | 'signals'>,
  call: CallContext,
  orderId: string,
): Promise<void> {
  const [order] = await findOrders(deps.database, [orderId]);
  const completed = order && completedOrder(order);
  if (!order || !completed) return;
  // Where somebody is faster, it is completed.
  const save = (em: Session) => saveChange(deps, em, call, completed, order.version);
  if (await deps.database.transaction(save, call)) signalChanged(deps, orderId);
}
