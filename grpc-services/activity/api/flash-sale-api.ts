import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { checkPage } from '@tiffin/lib/paging/check-page';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { FlashSaleServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { batchGetFlashSales } from '../domain/batch-get-flash-sales.ts';
import { batchGetFlashTickets } from '../domain/batch-get-flash-tickets.ts';
import type { ActivityDeps } from '../domain/deps.ts';
import { listFlashSales } from '../domain/list-flash-sales.ts';
import { decodeFlashSaleCursor, encodeFlashSaleCursor } from './flash-sale-cursor.ts';
import { toFlashSaleMessage } from './flash-sale-message.ts';
import { toTicketMessage } from './flash-ticket-message.ts';

type Reads = 'batchGetFlashSales' | 'listFlashSales' | 'batchGetFlashSaleTickets';

/** What everybody reads of flash sales, and users of their own tickets. */
export function flashSaleApi(deps: ActivityDeps): Pick<RpcHandlers<FlashSaleServiceService>, Reads> {
  return {
    async batchGetFlashSales({ ids }) {
      validate((v) => checkBatch(v, 'ids', ids));
      const sales = await batchGetFlashSales(deps, ids);
      const nowMs = deps.clock.now();
      return { flashSales: sales.map((sale) => ({ flashSale: sale && toFlashSaleMessage(sale, nowMs) })) };
    },

    async listFlashSales({ first, after }) {
      const position = after === undefined ? undefined : decodeFlashSaleCursor(after);
      validate((v) => checkPage(v, { first, after }, position));
      const { items, hasNextPage } = await listFlashSales(deps, { first, after: position });
      const nowMs = deps.clock.now();
      return {
        edges: items.map((sale) => ({
          flashSale: toFlashSaleMessage(sale, nowMs),
          cursor: encodeFlashSaleCursor(sale),
        })),
        hasNextPage,
      };
    },

    async batchGetFlashSaleTickets({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const tickets = await batchGetFlashTickets(deps, context, ids);
      return { tickets: tickets.map((ticket) => ({ ticket: ticket && toTicketMessage(ticket) })) };
    },
  };
}
