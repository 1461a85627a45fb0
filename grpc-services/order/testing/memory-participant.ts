import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { cancelBranch, confirmBranch, tryBranch } from '@tiffin/lib/tcc/barrier';
import { createMemoryBranches } from '@tiffin/lib/tcc/testing/memory-branches';

/** Runs `work` once for an order, or not at all, as the barrier says. @throws AppError FORBIDDEN for users. */
type Operation = (orderId: string, context: CallContext, work: () => void) => Promise<object>;

/** A participant in memory behind the barrier that the real ones have. */
export function memoryParticipant(branch: string): Readonly<Record<'try' | 'confirm' | 'cancel', Operation>> {
  const branches = createMemoryBranches();
  const behind =
    (operation: typeof tryBranch): Operation =>
    async (transactionId, { identity }, work) => {
      if (identity.kind !== 'service') throw new AppError('FORBIDDEN', {});
      await branches.transaction((session) =>
        operation(branches.in(session), { transactionId, branch }, async () => work()),
      );
      return {};
    };
  return { try: behind(tryBranch), confirm: behind(confirmBranch), cancel: behind(cancelBranch) };
}
