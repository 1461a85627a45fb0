import type { Fakes } from '@tiffin/lib/testing/subgraph-harness';
import { Order, OrderStatus } from '@tiffin/proto/gen/tiffin/order/v1/order';
import type { OrderClients } from '../clients.ts';

/** Orders with such an id do not exist, or belong to somebody else. */
const isMissing = (id: string) => id.startsWith('missing');

/** An order of user 7 with three kinds of goods. */
export const sampleOrder = (id: string) =>
  Order.fromPartial({
    id,
    userId: '7',
    shopId: `shop-${id}`,
    status: OrderStatus.CREATED,
    items: ['1', '2', '3'].map((goods) => ({
      goodsId: `goods-${goods}`,
      quantity: Number(goods),
      unitPrice: { amountCents: 2 ** 40, currency: 'EUR' },
    })),
    total: { amountCents: 6 * 2 ** 40, currency: 'EUR' },
    address: { label: 'Home', street: 'Main Street 1', city: 'Berlin', postalCode: '10115', area: 'Mitte' },
    placedAt: new Date('2030-01-31T18:00:00Z'),
    version: 1,
  });

/** An order service that knows every id that does not begin with "missing", and three orders of each user. */
export const fakeServices = {
  order: {
    batchGetOrders: async ({ ids }) => ({
      orders: ids.map((id) => ({ order: isMissing(id) ? undefined : sampleOrder(id) })),
    }),
    batchListUserOrders: async ({ pages }) => ({
      pages: pages.map(({ parentId, first, after }) => {
        const cursors = ['1', '2', '3'].slice(Number(after ?? 0));
        return {
          edges: cursors.slice(0, first).map((cursor) => ({
            order: { ...sampleOrder(`${parentId}-${cursor}`), userId: parentId },
            cursor,
          })),
          hasNextPage: cursors.length > first,
        };
      }),
    }),
  },
} satisfies Fakes<OrderClients>;
