import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { batchGetReservations } from '../domain/batch-get-reservations.ts';
import { deductStock } from '../domain/deduct-stock.ts';
import type { GoodsDeps } from '../domain/deps.ts';
import { releaseStock } from '../domain/release-stock.ts';
import { maxItemsOfOrder, maxUnitsOfItem, reserveStock } from '../domain/reserve-stock.ts';

/** What other services do to the stock. */
export function stockApi(deps: GoodsDeps): RpcHandlers<StockServiceService> {
  return {
    async reserveStock({ orderId, items }, context) {
      validate((v) => {
        v.id('orderId', orderId);
        const isCountValid = items.length >= 1 && items.length <= maxItemsOfOrder;
        v.check('items', isCountValid, `must hold 1 to ${maxItemsOfOrder}`);
        if (!isCountValid) return;
        const goodsIds = new Set(items.map(({ goodsId }) => goodsId));
        v.check('items', goodsIds.size === items.length, 'must not hold goods twice');
        items.forEach(({ goodsId, quantity }, index) => {
          v.id(`items[${index}].goodsId`, goodsId);
          v.integerBetween(`items[${index}].quantity`, quantity, 1, maxUnitsOfItem);
        });
      });
      await reserveStock(deps, context, orderId, items);
      return {};
    },

    async deductStock({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await deductStock(deps, context, orderId);
      return {};
    },

    async releaseStock({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await releaseStock(deps, context, orderId);
      return {};
    },

    async batchGetReservations({ orderIds }, context) {
      validate((v) => checkBatch(v, 'orderIds', orderIds));
      const states = await batchGetReservations(deps, context, orderIds);
      return { states: states.map((state) => `BRANCH_STATE_${state ?? 'UNSPECIFIED'}` as const) };
    },
  };
}
