import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { encodeIdCursor } from '@tiffin/lib/paging/cursor';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  type TopUpWalletRequest,
  type WalletEntry as WalletEntryMessage,
  type Wallet as WalletMessage,
  WalletServiceService,
} from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { batchGetWallets } from '../domain/batch-get-wallets.ts';
import { batchListWalletEntries } from '../domain/batch-list-wallet-entries.ts';
import type { AccountDeps } from '../domain/deps.ts';
import { type SandboxToken, sandboxTokens, type TopUp, topUpWallet } from '../domain/top-up-wallet.ts';
import {
  maxBalanceCents,
  type Wallet,
  type WalletCurrency,
  type WalletEntry,
  walletCurrencies,
} from '../domain/wallet.ts';

/** What users do with their wallets, and what is read of wallets. */
export function walletApi(deps: AccountDeps): RpcHandlers<WalletServiceService> {
  return {
    async batchGetWallets({ userIds }, context) {
      validate((v) => checkBatch(v, 'userIds', userIds));
      const wallets = await batchGetWallets(deps, context, userIds);
      return { wallets: wallets.map((wallet) => ({ wallet: wallet && toWalletMessage(wallet) })) };
    },

    async batchListWalletEntries({ pages }, context) {
      const answers = await batchListWalletEntries(deps, context, readParentPages(pages));
      return {
        pages: answers.map(({ items, hasNextPage }) => ({
          edges: items.map((entry) => ({ entry: toEntryMessage(entry), cursor: encodeIdCursor(entry.id) })),
          hasNextPage,
        })),
      };
    },

    async topUpWallet(request, context) {
      const topUp = checkedTopUp(request);
      return deps.idempotency.run(WalletServiceService.topUpWallet, request, context, {
        execute: (effect) => topUpWallet(deps, context, topUp, effect),
        respond: (wallet: Wallet) => ({ wallet: toWalletMessage(wallet) }),
      });
    },
  };
}

function checkedTopUp({ idempotencyKey, amount, paymentToken }: TopUpWalletRequest): TopUp {
  validate((v) => {
    v.idempotencyKey('idempotencyKey', idempotencyKey);
    v.money('amount', amount, 1, maxTopUpCents(amount?.currency));
    if (amount) v.oneOf<string>('amount.currency', amount.currency, walletCurrencies);
    v.oneOf<string>('paymentToken', paymentToken, sandboxTokens);
  });
  // The checks above let nothing else pass.
  return {
    amount: { amountCents: amount?.amountCents ?? 0, currency: amount?.currency as WalletCurrency },
    paymentToken: paymentToken as SandboxToken,
  };
}

/** What the limit of the balance leaves no room for never goes into a wallet. Of an unknown currency, the highest. */
function maxTopUpCents(currency: string | undefined): number {
  const known = walletCurrencies.find((one) => one === currency);
  return known ? maxBalanceCents[known] : Math.max(...Object.values(maxBalanceCents));
}

function toWalletMessage({ userId, balances }: Wallet): WalletMessage {
  return { userId, balances: balances.map(({ available, held }) => ({ available, held })) };
}

function toEntryMessage({ kind, ...entry }: WalletEntry): WalletEntryMessage {
  return { ...entry, kind: `WALLET_ENTRY_KIND_${kind}` };
}
