import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { useLockedCoupon } from '../data/coupon-store.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * The confirm: the coupon that the order holds is used, also after its end.
 * @throws AppError TRANSACTION_ENDED where the order holds none; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function useCoupon(
  { branches }: ActivityDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  await branches.confirm(orderId, context, async (em) => {
    if (!(await useLockedCoupon(em, orderId)))
      throw new Error(`Order ${orderId} tried, and holds no coupon.`);
  });
}
