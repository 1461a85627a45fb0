import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { AccountDeps } from './deps.ts';
import { endHold } from './end-hold.ts';

/**
 * The wallet's confirm: what an order holds is spent, once.
 * @throws AppError TRANSACTION_ENDED for an order that held nothing or was released; UNAUTHENTICATED, FORBIDDEN for
 *   users.
 */
export async function captureFunds(deps: AccountDeps, context: CallContext, orderId: string): Promise<void> {
  requireService(context.identity);
  await deps.branches.confirm(orderId, context, await endHold(deps, 'CAPTURED', orderId));
}
