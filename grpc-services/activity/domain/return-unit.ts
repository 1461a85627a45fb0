import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { settleUnit } from '../data/settle-unit.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashTicket } from './flash-ticket.ts';

/**
 * The cancel: the unit that the order holds is left for others. An order that holds none can claim none afterwards.
 * @throws AppError TRANSACTION_ENDED where the order has bought it; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function returnUnit(
  { claims, clock, ticketMoved }: ActivityDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  let settled: FlashTicket | undefined;
  await claims.cancel(orderId, context, async (em) => {
    settled = await settleUnit(em, 'RETURN', orderId, clock.now());
    if (!settled) throw new Error(`Order ${orderId} tried, and holds no unit.`);
  });
  if (settled) ticketMoved(settled);
}
