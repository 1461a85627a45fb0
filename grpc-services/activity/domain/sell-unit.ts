import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { settleUnit } from '../data/settle-unit.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashTicket } from './flash-ticket.ts';

/**
 * The confirm: the unit that the order holds is sold.
 * @throws AppError TRANSACTION_ENDED where the order holds none; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function sellUnit(
  { claims, clock, ticketMoved }: ActivityDeps,
  context: CallContext,
  orderId: string,
): Promise<void> {
  requireService(context.identity);
  let settled: FlashTicket | undefined;
  await claims.confirm(orderId, context, async (em) => {
    settled = await settleUnit(em, 'SELL', orderId, clock.now());
    if (!settled) throw new Error(`Order ${orderId} tried, and holds no unit.`);
  });
  if (settled) ticketMoved(settled);
}
