import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { changeOrder } from './change-order.ts';
import type { OrderDeps } from './deps.ts';
import { cancelledOrder, type Order } from './order.ts';

/**
 * Cancels an unpaid order of the caller's own and gives its stock back. In this order, because a paid order must not
 * lose its stock: when this process dies in between, the job that hears of the cancellation gives the stock back.
 * @throws AppError ORDER_NOT_FOUND, ORDER_ALREADY_PAID, ORDER_CANCELLED, UNAUTHENTICATED, FORBIDDEN.
 */
export async function cancelOrder(
  deps: OrderDeps,
  context: CallContext,
  orderId: string,
  effect: Effect<Order>,
): Promise<Order> {
  const cancelled = await changeOrder(deps, context, orderId, cancelledOrder, effect).catch(async (error) => {
    // Cancelled before: perhaps its stock never came back. Giving it back again changes nothing.
    if (AppError.is(error, 'ORDER_CANCELLED')) await deps.stockReleases.release(context, orderId);
    throw error;
  });
  await deps.stockReleases.release(context, orderId);
  return cancelled;
}
