import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { FundsServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { batchGetHolds } from '../domain/batch-get-holds.ts';
import { captureFunds } from '../domain/capture-funds.ts';
import type { AccountDeps } from '../domain/deps.ts';
import { holdFunds } from '../domain/hold-funds.ts';
import { releaseFunds } from '../domain/release-funds.ts';
import type { Money } from '../domain/wallet.ts';

/** Stands for an absent amount until the check has refused it. */
const noAmount: Money = { amountCents: 0, currency: '' };

/** What other services do to wallets. */
export function fundsApi(deps: AccountDeps): RpcHandlers<FundsServiceService> {
  return {
    async holdFunds({ orderId, userId, amount = noAmount }, context) {
      validate((v) => {
        v.id('orderId', orderId);
        v.id('userId', userId);
        v.money('amount', amount === noAmount ? undefined : amount, 1);
      });
      await holdFunds(deps, context, { orderId, userId, amount });
      return {};
    },

    async captureFunds({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await captureFunds(deps, context, orderId);
      return {};
    },

    async releaseFunds({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await releaseFunds(deps, context, orderId);
      return {};
    },

    async batchGetHolds({ orderIds }, context) {
      validate((v) => checkBatch(v, 'orderIds', orderIds));
      const states = await batchGetHolds(deps, context, orderIds);
      return { states: states.map((state) => `BRANCH_STATE_${state ?? 'UNSPECIFIED'}` as const) };
    },
  };
}
