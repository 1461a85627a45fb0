import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { returnStock } from '../data/return-stock.ts';
import type { GoodsDeps } from './deps.ts';
import { requireService } from './require-service.ts';

/**
 * Gives back what an order took from the stock, once. An order that took nothing can take nothing afterwards: its
 * reservation may still be on its way.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function releaseStock(
  { database, clock }: GoodsDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  await database.transaction((em) => returnStock(em, orderId, clock.now()), context);
}
