import type { BranchWork } from '@tiffin/lib/tcc/participant';
import { moveMoney } from '../data/move-money.ts';
import { findHold } from '../data/wallet-store.ts';
import type { AccountDeps } from './deps.ts';

/**
 * Moves what an order holds to where it ends. Counts on the order's branch for running once, and after the hold is
 * committed. What it holds is read first, so that the balance is locked by the last statement only.
 */
export async function endHold(
  { ids, clock }: Pick<AccountDeps, 'ids' | 'clock'>,
  kind: 'CAPTURED' | 'RELEASED',
  orderId: string,
): Promise<BranchWork> {
  const id = String(await ids.nextId());
  return async (em) => {
    const hold = await findHold(em, orderId);
    const isMoved = hold && (await moveMoney(em, { id, kind, ...hold, orderId, atMs: clock.now() }));
    if (!isMoved)
      throw new Error(`The branch of an order cannot be ${kind}: the wallet does not hold its amount.`);
  };
}
