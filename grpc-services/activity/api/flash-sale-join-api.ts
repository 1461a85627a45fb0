import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type {
  FlashSaleEligibility,
  FlashSaleServiceService,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { batchGetEligibility, type Eligibility } from '../domain/batch-get-eligibility.ts';
import { flashSaleToken } from '../domain/flash-sale-token.ts';
import type { JoinDeps } from '../domain/join-deps.ts';
import { joinFlashSale } from '../domain/join-flash-sale.ts';
import { toTicketMessage } from './flash-ticket-message.ts';

type Joins = 'batchGetEligibility' | 'flashSaleToken' | 'joinFlashSale';

/** A token is 43 characters; longer ones are none. */
const maxTokenLength = 100;

/** How users come into a flash sale. */
export function flashSaleJoinApi(deps: JoinDeps): Pick<RpcHandlers<FlashSaleServiceService>, Joins> {
  return {
    async batchGetEligibility({ flashSaleIds }, context) {
      validate((v) => checkBatch(v, 'flashSaleIds', flashSaleIds));
      const eligibility = await batchGetEligibility(deps, context, flashSaleIds);
      return { eligibility: eligibility.map((one) => ({ verdict: one && toVerdict(one) })) };
    },

    async flashSaleToken({ flashSaleId }, context) {
      validate((v) => v.id('flashSaleId', flashSaleId));
      return flashSaleToken(deps, context, flashSaleId);
    },

    async joinFlashSale({ flashSaleId, token, addressId }, context) {
      validate((v) => {
        v.id('flashSaleId', flashSaleId);
        v.length('token', token, 1, maxTokenLength);
        v.id('addressId', addressId);
      });
      const { ticket, pollAfterMs } = await joinFlashSale(deps, context, { flashSaleId, token, addressId });
      return { ticket: toTicketMessage(ticket), pollAfterMs };
    },
  };
}

/** Undefined leaves the slot empty: what is not known is told to nobody. */
function toVerdict(eligibility: Eligibility): FlashSaleEligibility['verdict'] {
  switch (eligibility.kind) {
    case 'eligible':
      return { $case: 'eligible', value: {} };
    case 'already joined':
      return { $case: 'alreadyJoined', value: eligibility.detail };
    case 'not started':
      return { $case: 'notStarted', value: eligibility.detail };
    case 'ended':
      return { $case: 'ended', value: eligibility.detail };
    case 'sold out':
      return { $case: 'soldOut', value: eligibility.detail };
    case 'access denied':
      return { $case: 'accessDenied', value: eligibility.detail };
    case 'unknown':
      return undefined;
  }
}
