import type { Balance } from '../data/wallet-store.ts';

export type { Money } from '../data/move-money.ts';
export type { WalletEntry } from '../data/wallet-store.ts';

/** Money that the platform holds for a user. */
export interface Wallet {
  readonly userId: string;
  /** In the alphabetical order of their currencies; none before the first top-up. */
  readonly balances: readonly Balance[];
}

/** The currencies that wallets know, and the most that one may hold of each: available and held together. */
export const maxBalanceCents = {
  CHF: 1_000_000,
  EUR: 1_000_000,
  GBP: 1_000_000,
  USD: 1_000_000,
} as const;

export type WalletCurrency = keyof typeof maxBalanceCents;

export const walletCurrencies = Object.keys(maxBalanceCents) as readonly WalletCurrency[];
