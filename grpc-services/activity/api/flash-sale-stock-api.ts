import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  type FlashSaleStockServiceService,
  FlashSaleTicketStatus,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { batchGetClaims } from '../domain/batch-get-claims.ts';
import { claimUnit } from '../domain/claim-unit.ts';
import type { ActivityDeps } from '../domain/deps.ts';
import { endTicket } from '../domain/end-ticket.ts';
import { returnUnit } from '../domain/return-unit.ts';
import { sellUnit } from '../domain/sell-unit.ts';

/** The unit's part in the transaction that an order is, and what becomes of tickets without one. */
export function flashSaleStockApi(deps: ActivityDeps): RpcHandlers<FlashSaleStockServiceService> {
  return {
    async claimUnit({ orderId, ticketId }, context) {
      validate((v) => {
        v.id('orderId', orderId);
        v.id('ticketId', ticketId);
      });
      await claimUnit(deps, context, { orderId, ticketId });
      return {};
    },

    async sellUnit({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await sellUnit(deps, context, orderId);
      return {};
    },

    async returnUnit({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await returnUnit(deps, context, orderId);
      return {};
    },

    async batchGetClaims({ orderIds }, context) {
      validate((v) => checkBatch(v, 'orderIds', orderIds));
      const states = await batchGetClaims(deps, context, orderIds);
      return { states: states.map((state) => `BRANCH_STATE_${state ?? 'UNSPECIFIED'}` as const) };
    },

    async endTicket({ ticketId, status }, context) {
      const isSoldOut = status === FlashSaleTicketStatus.SOLD_OUT;
      validate((v) => {
        v.id('ticketId', ticketId);
        const isEnd = isSoldOut || status === FlashSaleTicketStatus.REFUSED;
        v.check('status', isEnd, 'must be one of SOLD_OUT, REFUSED');
      });
      await endTicket(deps, context, { ticketId, status: isSoldOut ? 'SOLD_OUT' : 'REFUSED' });
      return {};
    },
  };
}
