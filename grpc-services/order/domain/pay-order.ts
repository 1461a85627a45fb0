import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { decideOrder } from './decide-order.ts';
import type { OrderDeps } from './deps.ts';
import { type Order, paidOrder, payableOf } from './order.ts';

/** What the sandbox knows. */
export const sandboxTokens = ['sandbox-ok', 'sandbox-declined'] as const;
export type SandboxToken = (typeof sandboxTokens)[number];

/**
 * Pays an order of the caller's own: what is payable with the sandbox, where no money moves, and the rest with what the
 * wallet holds for it. Where nothing is payable nothing is charged, whatever the token.
 * @throws AppError ORDER_NOT_FOUND, ORDER_ALREADY_PAID, ORDER_CANCELLED, ORDER_CLOSED, PAYMENT_DECLINED,
 *   UNAUTHENTICATED, FORBIDDEN.
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
    const isCharged = payableOf(order).amountCents > 0;
    if (isCharged && paymentToken === 'sandbox-declined') throw new AppError('PAYMENT_DECLINED', { orderId });
    return paid;
  };
  return decideOrder(deps, context, orderId, 'confirm', transition, effect);
}
