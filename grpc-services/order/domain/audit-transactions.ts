import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { findLateTransactions, type LateTransaction } from '../data/audit-transactions.ts';
import type { OrderDeps } from './deps.ts';

/** Longer than participants are asked to hold something. */
const triesWithinMs = 60_000;
/** Participants that are not away follow a decision at once, and those that were away within half a minute. */
const endsWithinMs = 60_000;

/** Transactions that do not come to their end, `MAX_FINDINGS` of them: a single page. */
export async function* auditTransactions(
  { database, clock }: { readonly database: AuditedTables } & Pick<OrderDeps, 'clock'>,
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  const nowMs = clock.now();
  const bounds = { begunBeforeMs: nowMs - triesWithinMs, decidedBeforeMs: nowMs - endsWithinMs };
  const late = await findLateTransactions(database, bounds, MAX_FINDINGS, signal);
  yield late.map((transaction) => ({
    unit: `transaction ${transaction.id}`,
    problem: problemOf(transaction),
  }));
}

function problemOf({ state, open, attempts }: LateTransaction): string {
  return state === 'TRYING'
    ? `is TRYING for more than ${triesWithinMs / 1_000} s`
    : `is ${state} after ${attempts} attempts, and does not end: ${open.join(', ')} did not follow`;
}
