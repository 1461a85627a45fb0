import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { encodeIdCursor } from '@tiffin/lib/paging/cursor';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  type CartItem,
  type Order as OrderMessage,
  OrderServiceService,
  type OrderStep as OrderStepMessage,
} from '@tiffin/proto/gen/tiffin/order/v1/order';
import { batchCountCompletedOrders } from '../domain/batch-count-completed-orders.ts';
import { batchGetOrderTimelines } from '../domain/batch-get-order-timelines.ts';
import { batchGetOrders } from '../domain/batch-get-orders.ts';
import { batchListUserOrders } from '../domain/batch-list-user-orders.ts';
import { cancelOrder } from '../domain/cancel-order.ts';
import { completeOrder } from '../domain/complete-order.ts';
import type { OrderDeps } from '../domain/deps.ts';
import {
  type Money,
  maxItemsOfOrder,
  maxUnitsOfItem,
  type Order,
  type OrderStep,
  payableOf,
} from '../domain/order.ts';
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

    async batchGetOrderTimelines({ orderIds }, context) {
      validate((v) => checkBatch(v, 'orderIds', orderIds));
      const timelines = await batchGetOrderTimelines(deps, context, orderIds);
      return { timelines: timelines.map((steps) => ({ steps: steps.map(toStepMessage) })) };
    },

    async batchCountCompletedOrders({ userIds }, context) {
      validate((v) => checkBatch(v, 'userIds', userIds));
      return { counts: await batchCountCompletedOrders(deps, context, userIds) };
    },

    async placeOrder(request, context) {
      const { idempotencyKey, shopId, items, addressId, expectedTotal = noTotal } = request;
      const { couponId, walletAmount } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
        checkItems(v, items);
        v.id('addressId', addressId);
        v.money('expectedTotal', expectedTotal === noTotal ? undefined : expectedTotal);
        if (couponId !== undefined) v.id('couponId', couponId);
        if (walletAmount) v.money('walletAmount', walletAmount);
      });
      const cart = { shopId, items, addressId, expectedTotal, couponId, walletAmount };
      return deps.idempotency.run(OrderServiceService.placeOrder, request, context, {
        execute: (effect) => placeOrder(deps, context, cart, idempotencyKey, effect),
        respond: toOrderAnswer,
      });
    },

    async payOrder(request, context) {
      const { idempotencyKey, orderId, paymentToken } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('orderId', orderId);
        v.oneOf<string>('paymentToken', paymentToken, sandboxTokens);
      });
      return deps.idempotency.run(OrderServiceService.payOrder, request, context, {
        execute: (effect) => payOrder(deps, context, orderId, paymentToken as SandboxToken, effect),
        respond: toOrderAnswer,
      });
    },

    async cancelOrder(request, context) {
      const { idempotencyKey, orderId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('orderId', orderId);
      });
      return deps.idempotency.run(OrderServiceService.cancelOrder, request, context, {
        execute: (effect) => cancelOrder(deps, context, orderId, effect),
        respond: toOrderAnswer,
      });
    },

    async completeOrder(request, context) {
      const { idempotencyKey, orderId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('orderId', orderId);
      });
      return deps.idempotency.run(OrderServiceService.completeOrder, request, context, {
        execute: (effect) => completeOrder(deps, context, orderId, effect),
        respond: toOrderAnswer,
      });
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

function toOrderAnswer(order: Order): { order: OrderMessage } {
  return { order: toOrderMessage(order) };
}

function toOrderMessage(order: Order): OrderMessage {
  const { status, items, flashSale, ...same } = order;
  return {
    ...same,
    items: [...items],
    status: `ORDER_STATUS_${status}`,
    payable: payableOf(order),
    flashSaleId: flashSale?.id,
  };
}

function toStepMessage({ status, at }: OrderStep): OrderStepMessage {
  return { status: `ORDER_STATUS_${status}`, at };
}
