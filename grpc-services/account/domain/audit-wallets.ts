import type { Database } from '@tiffin/lib/engines/database';
import { lookOver, walletLooks } from '../data/audit-wallets.ts';

/**
 * Something whose books do not balance, for the auditor. It names users and orders, so it is no line for a log; amounts
 * it names none.
 */
export interface WalletFinding {
  /** `wallet 17 EUR`. */
  readonly unit: string;
  /** Completes the sentence that the unit begins. */
  readonly problem: string;
}

export const maxWalletFindings = 100;

/**
 * Checks that the entries of each currency and of each transfer sum to zero, that every balance is the sum of its
 * entries, and that what wallets hold is what open orders hold. Only reads, and may run beside traffic. Resolves to at
 * most `maxWalletFindings`; rejects with the signal's reason between two looks.
 */
export async function auditWallets(
  { database }: { readonly database: Pick<Database, 'transaction'> },
  signal?: AbortSignal,
): Promise<WalletFinding[]> {
  const findings: WalletFinding[] = [];
  for (const look of walletLooks) {
    signal?.throwIfAborted();
    const room = maxWalletFindings - findings.length;
    if (room > 0) findings.push(...(await lookOver(database, look, room)));
  }
  return findings;
}
