import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createBatchLoader, createPageLoader } from '@tiffin/lib/subgraph/batch-loader';
import type { OrderClients } from './clients.ts';

export type OrderLoaders = ReturnType<typeof createOrderLoaders>;

/** One loader for each BatchGet and BatchList rpc. A missing entity loads as undefined. */
export function createOrderLoaders(
  { order, delivery, flashSale, flashSaleAdmin }: OrderClients,
  call: CallContext,
) {
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
    flashSale: createBatchLoader(async (ids: readonly string[]) => {
      const { flashSales } = await flashSale.batchGetFlashSales({ ids: [...ids] }, call);
      return flashSales.map((slot) => slot.flashSale);
    }),
    flashSaleEligibility: createBatchLoader(async (flashSaleIds: readonly string[]) => {
      return (await flashSale.batchGetEligibility({ flashSaleIds: [...flashSaleIds] }, call)).eligibility;
    }),
    flashSaleTicket: createBatchLoader(async (ids: readonly string[]) => {
      const { tickets } = await flashSale.batchGetFlashSaleTickets({ ids: [...ids] }, call);
      return tickets.map((slot) => slot.ticket);
    }),
    managedFlashSale: createBatchLoader(async (ids: readonly string[]) => {
      const { flashSales } = await flashSaleAdmin.batchGetManagedFlashSales({ ids: [...ids] }, call);
      return flashSales.map((slot) => slot.flashSale);
    }),
  };
}
