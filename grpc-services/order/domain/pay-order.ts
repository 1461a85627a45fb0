import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { changeOrder } from './change-order.ts';
import type { OrderDeps } from './deps.ts';
import { type Order, paidOrder } from './order.ts';

/** What the sandbox knows. No money moves. */
export const sandboxTokens = ['sandbox-ok', 'sandbox-declined'] as const;
export type SandboxToken = (typeof sandboxTokens)[number];

/**
 * Pays an order of the caller's own with the sandbox.
 * @throws AppError ORDER_NOT_FOUND, ORDER_ALREADY_PAID, ORDER_CANCELLED, PAYMENT_DECLINED, UNAUTHENTICATED, FORBIDDEN.
 */
export function payOrder(
  deps: OrderDeps,
  context: CallContext,
  orderId: string,
  paymentToken: SandboxToken,
  effect: Effect<Order>,
): Promise<Order> {
  const transition = (order: Order) => {
    const paid = paidOrder(order);
    if (paymentToken === 'sandbox-declined') throw new AppError('PAYMENT_DECLINED', { orderId });
    return paid;
  };
  return changeOrder(deps, context, orderId, transition, effect);
}
