import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createBatchLoader, createPageLoader } from '@tiffin/lib/subgraph/batch-loader';
import type { OrderClients } from './clients.ts';

export type OrderLoaders = ReturnType<typeof createOrderLoaders>;

/** One loader for each BatchGet and BatchList rpc. A missing entity loads as undefined. */
export function createOrderLoaders({ order, delivery }: OrderClients, call: CallContext) {
  return {
    order: createBatchLoader(async (ids: readonly string[]) => {
      const { orders } = await order.batchGetOrders({ ids: [...ids] }, call);
      return orders.map((slot) => slot.order);
    }),
    userOrders: createPageLoader(async (pages) => {
      return (await order.batchListUserOrders({ pages: [...pages] }, call)).pages;
    }),
    orderTimeline: createBatchLoader(async (orderIds: readonly string[]) => {
      return (await order.batchGetOrderTimelines({ orderIds: [...orderIds] }, call)).timelines;
    }),
    orderDelivery: createBatchLoader(async (orderIds: readonly string[]) => {
      const { deliveries } = await delivery.batchGetOrderDeliveries({ orderIds: [...orderIds] }, call);
      return deliveries.map((slot) => slot.delivery);
    }),
  };
}
