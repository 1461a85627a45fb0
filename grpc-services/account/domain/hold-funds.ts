import { AppError } from '@tiffin/lib/errors/app-error';
import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { moveMoney } from '../data/move-money.ts';
import { findBalancesWithin } from '../data/wallet-store.ts';
import type { AccountDeps } from './deps.ts';
import type { Money } from './wallet.ts';

export interface FundsToHold {
  readonly orderId: string;
  readonly userId: string;
  /** Above zero. */
  readonly amount: Money;
}

/**
 * The wallet's try: holds an amount for an order; what the same order held before stays as it is.
 * @throws AppError INSUFFICIENT_FUNDS, also for a currency that the wallet never held; TRANSACTION_ENDED for an order
 *   whose funds were released already; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function holdFunds(
  { ids, clock, branches }: AccountDeps,
  context: CallContext,
  { orderId, userId, amount }: FundsToHold,
): Promise<void> {
  requireService(context.identity);
  const id = String(await ids.nextId());
  const { currency } = amount;
  await branches.try(orderId, context, async (em) => {
    if (await moveMoney(em, { id, kind: 'HELD', userId, amount, orderId, atMs: clock.now() })) return;
    const balances = await findBalancesWithin(em, userId);
    // It may have risen since the amount was refused: then it shows what there is now.
    const available = balances.find((balance) => balance.available.currency === currency)?.available;
    throw new AppError('INSUFFICIENT_FUNDS', { balance: available ?? { amountCents: 0, currency } });
  });
}
