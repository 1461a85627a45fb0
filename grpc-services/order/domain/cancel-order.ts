import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { decideOrder } from './decide-order.ts';
import type { OrderDeps } from './deps.ts';
import { cancelledOrder, type Order } from './order.ts';

/**
 * Cancels an unpaid order of the caller's own; what it holds is freed.
 * @throws AppError ORDER_NOT_FOUND, ORDER_ALREADY_PAID, ORDER_CANCELLED, ORDER_CLOSED, UNAUTHENTICATED, FORBIDDEN.
 */
export function cancelOrder(
  deps: OrderDeps,
  context: CallContext,
  orderId: string,
  effect: Effect<Order>,
): Promise<Order> {
  return decideOrder(deps, context, orderId, 'cancel', cancelledOrder, effect);
}
