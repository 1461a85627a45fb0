import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { moveMoney } from '../data/move-money.ts';
import { findBalancesWithin, openBalance } from '../data/wallet-store.ts';
import type { AccountDeps } from './deps.ts';
import { maxBalanceCents, type Wallet, type WalletCurrency } from './wallet.ts';

/** What the sandbox knows. No money comes from anywhere. */
export const sandboxTokens = ['sandbox-ok', 'sandbox-declined'] as const;
export type SandboxToken = (typeof sandboxTokens)[number];

export interface TopUp {
  readonly amount: { readonly amountCents: number; readonly currency: WalletCurrency };
  readonly paymentToken: SandboxToken;
}

/**
 * Puts money into the caller's own wallet, with the sandbox. Who does not order pays nothing, and needs none.
 * @throws AppError TOP_UP_DECLINED, WALLET_LIMIT_REACHED, FORBIDDEN, UNAUTHENTICATED also when the caller's account is
 *   gone.
 */
export async function topUpWallet(
  deps: AccountDeps,
  { identity }: CallContext,
  { amount, paymentToken }: TopUp,
  effect: Effect<Wallet>,
): Promise<Wallet> {
  const userId = requireUserId(identity, 'CUSTOMER');
  if (paymentToken === 'sandbox-declined') throw new AppError('TOP_UP_DECLINED', {});
  const { currency } = amount;
  const maxCents = maxBalanceCents[currency];
  const id = String(await deps.ids.nextId());
  const transfer = {
    id,
    kind: 'TOPPED_UP',
    userId,
    amount,
    orderId: undefined,
    atMs: deps.clock.now(),
  } as const;
  return effect(async (em) => {
    await openBalance(em, userId, currency);
    const isMoved = await moveMoney(em, transfer, maxCents);
    const balances = await findBalancesWithin(em, userId);
    if (isMoved) return { userId, balances };
    if (balances.length === 0) throw new AppError('UNAUTHENTICATED', {});
    throw new AppError('WALLET_LIMIT_REACHED', { maxBalance: { amountCents: maxCents, currency } });
  });
}
