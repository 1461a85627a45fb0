import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { settleStock } from '../data/settle-stock.ts';
import type { GoodsDeps } from './deps.ts';

/**
 * The stock's cancel: what an order froze is available again, once. An order that froze nothing can freeze nothing
 * afterwards: its reservation may still be on its way.
 * @throws AppError TRANSACTION_ENDED for an order whose units are sold; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function releaseStock(
  { clock, branches }: GoodsDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  await branches.cancel(orderId, context, (em) => settleStock(em, 'RELEASE', orderId, clock.now()));
}
