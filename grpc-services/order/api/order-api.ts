import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { encodeIdCursor } from '@tiffin/lib/paging/cursor';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type {
  CartItem,
  Order as OrderMessage,
  OrderServiceService,
} from '@tiffin/proto/gen/tiffin/order/v1/order';
import { batchGetOrders } from '../domain/batch-get-orders.ts';
import { batchListUserOrders } from '../domain/batch-list-user-orders.ts';
import { cancelOrder } from '../domain/cancel-order.ts';
import type { OrderDeps } from '../domain/deps.ts';
import { type Money, maxItemsOfOrder, maxUnitsOfItem, type Order } from '../domain/order.ts';
import { payOrder, type SandboxToken, sandboxTokens } from '../domain/pay-order.ts';
import { placeOrder } from '../domain/place-order.ts';

/** Stands for an absent total until the check has refused it. */
const noTotal: Money = { amountCents: 0, currency: '' };

/** What customers do with their own orders, and what is read of orders. */
export function orderApi(deps: OrderDeps): RpcHandlers<OrderServiceService> {
  return {
    async batchGetOrders({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const orders = await batchGetOrders(deps, context, ids);
      return { orders: orders.map((order) => ({ order: order && toOrderMessage(order) })) };
    },

    async batchListUserOrders({ pages }, context) {
      const answers = await batchListUserOrders(deps, context, readParentPages(pages));
      return {
        pages: answers.map(({ items, hasNextPage }) => ({
          edges: items.map((order) => ({ order: toOrderMessage(order), cursor: encodeIdCursor(order.id) })),
          hasNextPage,
        })),
      };
    },

    async placeOrder({ idempotencyKey, shopId, items, addressId, expectedTotal = noTotal }, context) {
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
        checkItems(v, items);
        v.id('addressId', addressId);
        v.money('expectedTotal', expectedTotal === noTotal ? undefined : expectedTotal);
      });
      const order = await placeOrder(deps, context, { shopId, items, addressId, expectedTotal });
      return { order: toOrderMessage(order) };
    },

    async payOrder({ idempotencyKey, orderId, paymentToken }, context) {
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('orderId', orderId);
        v.oneOf<string>('paymentToken', paymentToken, sandboxTokens);
      });
      return { order: toOrderMessage(await payOrder(deps, context, orderId, paymentToken as SandboxToken)) };
    },

    async cancelOrder({ idempotencyKey, orderId }, context) {
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('orderId', orderId);
      });
      return { order: toOrderMessage(await cancelOrder(deps, context, orderId)) };
    },
  };
}

/** None at all is a code of its own. */
function checkItems(v: Validator, items: readonly CartItem[]): void {
  v.check('items', items.length <= maxItemsOfOrder, `must hold 1 to ${maxItemsOfOrder}`);
  if (items.length > maxItemsOfOrder) return;
  const goodsIds = new Set(items.map(({ goodsId }) => goodsId));
  v.check('items', goodsIds.size === items.length, 'must not hold goods twice');
  items.forEach(({ goodsId, quantity }, index) => {
    v.id(`items[${index}].goodsId`, goodsId);
    v.integerBetween(`items[${index}].quantity`, quantity, 1, maxUnitsOfItem);
  });
}

function toOrderMessage({ status, items, ...order }: Order): OrderMessage {
  return { ...order, items: [...items], status: `ORDER_STATUS_${status}` };
}
