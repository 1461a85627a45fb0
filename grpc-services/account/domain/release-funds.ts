import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { AccountDeps } from './deps.ts';
import { endHold } from './end-hold.ts';

/**
 * The wallet's cancel: what an order holds is the user's again, once. An order that held nothing can hold nothing
 * afterwards: its hold may still be on its way.
 * @throws AppError TRANSACTION_ENDED for an order that was captured; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function releaseFunds(deps: AccountDeps, context: CallContext, orderId: string): Promise<void> {
  requireService(context.identity);
  await deps.branches.cancel(orderId, context, await endHold(deps, 'RELEASED', orderId));
}
