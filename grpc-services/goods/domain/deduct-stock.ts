import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { settleStock } from '../data/settle-stock.ts';
import type { GoodsDeps } from './deps.ts';

/**
 * The stock's confirm: what an order froze is sold, once.
 * @throws AppError TRANSACTION_ENDED for an order that froze nothing or was released; UNAUTHENTICATED, FORBIDDEN for
 *   users.
 */
export async function deductStock(
  { clock, branches }: GoodsDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  await branches.confirm(orderId, context, (em) => settleStock(em, 'DEDUCT', orderId, clock.now()));
}
