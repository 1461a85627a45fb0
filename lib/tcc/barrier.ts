import { AppError } from '../errors/app-error.ts';
import type { BranchId, BranchRows } from './branch-rows.ts';

/**
 * The barrier of a participant, after dtm's and Seata's: whatever order the coordinator's calls arrive in, and however
 * often, a branch holds once and is spent or freed once. Each of the three operations writes the branch's row before it
 * does anything, so that of two at the same time one waits for the other at the row and then finds it:
 *
 * - a cancel without a try before it (an empty rollback) leaves a row all the same,
 * - so that the try, when it comes at last (hanging), is refused;
 * - a repetition of any of them finds what it came to do done.
 *
 * `work` runs in the transaction of the rows: both commit, or neither.
 */
export async function tryBranch(rows: BranchRows, id: BranchId, work: () => Promise<void>): Promise<void> {
  if (await rows.insert(id, 'TRIED')) return work();
  if ((await rows.find(id)) === 'CANCELLED') throw new AppError('TRANSACTION_ENDED', {});
}

/**
 * @throws AppError TRANSACTION_ENDED where nothing was tried or it was cancelled: the coordinator confirms no such branch.
 */
export async function confirmBranch(
  rows: BranchRows,
  id: BranchId,
  work: () => Promise<void>,
): Promise<void> {
  if (await rows.advance(id, 'TRIED', 'CONFIRMED')) return work();
  if ((await rows.find(id)) !== 'CONFIRMED') throw new AppError('TRANSACTION_ENDED', {});
}

/** @throws AppError TRANSACTION_ENDED where it was confirmed: the coordinator cancels no such branch. */
export async function cancelBranch(rows: BranchRows, id: BranchId, work: () => Promise<void>): Promise<void> {
  if (await rows.insert(id, 'CANCELLED')) return;
  if (await rows.advance(id, 'TRIED', 'CANCELLED')) return work();
  if ((await rows.find(id)) === 'CONFIRMED') throw new AppError('TRANSACTION_ENDED', {});
}
