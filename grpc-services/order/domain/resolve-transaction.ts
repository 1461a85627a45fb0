import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Resolution, StuckTransaction } from '@tiffin/lib/tcc/stuck-transactions';
import type { OrderDeps } from './deps.ts';

/**
 * Decides what becomes of a stuck transaction, and writes down who did and why.
 * @throws AppError TRANSACTION_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export function resolveTransaction(
  { stuckTransactions }: Pick<OrderDeps, 'stuckTransactions'>,
  { identity }: CallContext,
  { transactionId, ...note }: { transactionId: string; resolution: Resolution; reason: string },
  effect: Effect<StuckTransaction>,
): Promise<StuckTransaction> {
  const actorId = requireUserId(identity, 'ADMIN');
  return effect(async (em) => {
    const resolved = await stuckTransactions.resolve(em, transactionId, { ...note, actorId });
    if (!resolved) throw new AppError('TRANSACTION_NOT_FOUND', { transactionId });
    return resolved;
  });
}
