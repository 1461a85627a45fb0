import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { freeLockedCoupon } from '../data/coupon-store.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * The cancel: the coupon that the order holds is available again until its end. An order that holds none can lock none
 * afterwards.
 * @throws AppError TRANSACTION_ENDED where the order has used it; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function unlockCoupon(
  { branches }: ActivityDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  await branches.cancel(orderId, context, async (em) => {
    if (!(await freeLockedCoupon(em, orderId)))
      throw new Error(`Order ${orderId} tried, and holds no coupon.`);
  });
}
