import type { BranchId, BranchRows } from '@tiffin/lib/tcc/branch-rows';

// Rows are written as ever, so that nothing but a second effect can tell that the barrier is gone.

export async function tryBranch(rows: BranchRows, id: BranchId, work: () => Promise<void>): Promise<void> {
  await rows.insert(id, 'TRIED');
  return work();
}

export async function confirmBranch(
  rows: BranchRows,
  id: BranchId,
  work: () => Promise<void>,
): Promise<void> {
  await rows.advance(id, 'TRIED', 'CONFIRMED');
  return work();
}

export async function cancelBranch(rows: BranchRows, id: BranchId, work: () => Promise<void>): Promise<void> {
  if (!(await rows.insert(id, 'CANCELLED'))) await rows.advance(id, 'TRIED', 'CANCELLED');
  return work();
}
