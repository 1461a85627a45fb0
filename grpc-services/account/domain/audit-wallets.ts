import type { Finding } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { sweepRows } from '@tiffin/lib/audit/sweep-rows';
import {
  type BranchBook,
  readBranches,
  readTransfers,
  readWallets,
  type TransferBook,
  WALLETS_OF_PAGE,
  type WalletBook,
} from '../data/audit-wallets.ts';

/**
 * Checks that each transfer has two entries that sum to zero, that every balance is the sum of its entries, that what
 * wallets hold is what open orders hold, and that the transfers of an order fit how far it is. Where each transfer sums
 * to zero each currency does: an entry has no currency but that of its transfer. The findings name users and orders, so
 * that they are no lines for a log; amounts they name none.
 */
export async function* auditWallets(
  { database }: { readonly database: AuditedTables },
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  yield* sweepRows(
    (after: TransferBook | undefined) => readTransfers(database, after?.id ?? '0', signal),
    transferFindings,
  );
  yield* sweepRows(
    (after: WalletBook | undefined) => readWallets(database, after ?? beforeAll, signal),
    walletFindings,
    WALLETS_OF_PAGE,
  );
  yield* sweepRows(
    (after: BranchBook | undefined) => readBranches(database, after?.orderId ?? '0', signal),
    branchFindings,
  );
}

const beforeAll = { userId: '0', currency: '' };

function transferFindings({ id, entries, isBalanced }: TransferBook): Finding[] {
  const unit = `transfer ${id}`;
  if (entries !== 2) return [{ unit, problem: 'has not two entries' }];
  return isBalanced ? [] : [{ unit, problem: 'has entries that do not sum to zero' }];
}

function walletFindings({ userId, currency, ...book }: WalletBook): Finding[] {
  const problems = [
    !book.isAvailableRight && 'has available what the ledger does not tell',
    !book.isHeldByOrders && 'has held what open orders do not hold',
    !book.isHeldRight && 'has held what the ledger does not tell',
  ];
  return problems
    .filter((problem) => problem !== false)
    .map((problem) => ({ unit: `wallet ${userId} ${currency}`, problem }));
}

function branchFindings({ orderId, isFitting }: BranchBook): Finding[] {
  return isFitting
    ? []
    : [{ unit: `order ${orderId}`, problem: 'has movements that do not fit how far it is' }];
}
