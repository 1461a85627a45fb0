import type { Fakes } from '@tiffin/lib/testing/subgraph-harness';
import {
  FlashSale,
  type FlashSaleEligibility,
  FlashSaleStatus,
  FlashSaleTicket,
  FlashSaleTicketStatus,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { ManagedFlashSale } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { Delivery, DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { Order, OrderStatus, OrderStep } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { StuckTransaction } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import type { OrderClients } from '../clients.ts';

/** Orders with such an id do not exist, or belong to somebody else. */
const isMissing = (id: string) => id.startsWith('missing');

const eur = (amountCents: number) => ({ amountCents, currency: 'EUR' });

/** An order of user 7 with three kinds of goods, some of it paid by a coupon and by the wallet. */
export const sampleOrder = (id: string) =>
  Order.fromPartial({
    id,
    userId: '7',
    shopId: `shop-${id}`,
    status: OrderStatus.CREATED,
    items: ['1', '2', '3'].map((goods) => ({
      goodsId: `goods-${goods}`,
      quantity: Number(goods),
      unitPrice: eur(2 ** 40),
    })),
    total: eur(6 * 2 ** 40),
    discount: eur(2 ** 40),
    walletAmount: eur(2 * 2 ** 40),
    payable: eur(3 * 2 ** 40),
    address: { label: 'Home', street: 'Main Street 1', city: 'Berlin', postalCode: '10115', area: 'Mitte' },
    placedAt: new Date('2030-01-31T18:00:00Z'),
    version: 1,
  });

export const sampleDelivery = (orderId: string) =>
  Delivery.fromPartial({
    id: `delivery-${orderId}`,
    orderId,
    userId: '7',
    shopId: `shop-${orderId}`,
    status: DeliveryStatus.PICKED_UP,
    courierName: 'Cleo',
    requestedAt: new Date('2030-01-31T18:05:00Z'),
    changedAt: new Date('2030-01-31T18:20:00Z'),
    version: 3,
  });

export const sampleTransaction = (id: string) =>
  StuckTransaction.fromPartial({
    id,
    isConfirmed: true,
    participants: ['goods', 'account'],
    attempts: 20,
    lastError: 'UNAVAILABLE',
    decidedAt: new Date('2030-01-31T18:05:00Z'),
  });

/** Running, with 7 of 100 units left. */
export const sampleFlashSale = (id: string) =>
  FlashSale.fromPartial({
    id,
    name: 'A hundred pizzas',
    shopId: `shop-${id}`,
    goodsId: `goods-${id}`,
    price: eur(2 ** 40),
    startsAt: new Date('2030-01-31T18:00:00Z'),
    endsAt: new Date('2030-01-31T19:00:00Z'),
    stock: 100,
    left: 7,
    status: FlashSaleStatus.RUNNING,
  });

/** One of user 7 for flash sale 5, of which order `order-<id>` came. */
export const sampleTicket = (id: string) =>
  FlashSaleTicket.fromPartial({
    id,
    flashSaleId: '5',
    userId: '7',
    status: FlashSaleTicketStatus.ORDERED,
    orderId: `order-${id}`,
    queuedAt: new Date('2030-01-31T18:00:01Z'),
  });

/** With a rule of each kind. */
export const sampleManagedSale = (id: string): ManagedFlashSale => ({
  flashSale: sampleFlashSale(id),
  rules: [
    { rule: { $case: 'accountAge', value: { minDays: 30 } } },
    { rule: { $case: 'area', value: { areas: ['Mitte', 'Wedding'] } } },
    { rule: { $case: 'pastOrders', value: { minOrders: 2 } } },
  ],
  version: 3,
  reserved: 13,
  sold: 80,
});

const eligible: FlashSaleEligibility = { verdict: { $case: 'eligible', value: {} } };

/** Placed and paid. */
const sampleSteps = [
  OrderStep.fromPartial({ status: OrderStatus.CREATED, at: new Date('2030-01-31T18:00:00Z') }),
  OrderStep.fromPartial({ status: OrderStatus.PAID, at: new Date('2030-01-31T18:05:00Z') }),
];

interface ListRequest {
  readonly first: number;
  readonly after?: string | undefined;
}

/** The page of a list of three: its items are numbered from 1, and the number is the cursor. */
function pageOf<Edge>({ first, after }: ListRequest, edge: (cursor: string) => Edge) {
  const cursors = ['1', '2', '3'].slice(Number(after ?? 0));
  return { edges: cursors.slice(0, first).map(edge), hasNextPage: cursors.length > first };
}

/** Services whose reads answer every id that does not begin with "missing", and whose lists have three items. */
export const fakeServices = {
  order: {
    batchGetOrders: async ({ ids }) => ({
      orders: ids.map((id) => ({ order: isMissing(id) ? undefined : sampleOrder(id) })),
    }),
    batchListUserOrders: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({
          order: { ...sampleOrder(`${page.parentId}-${cursor}`), userId: page.parentId },
          cursor,
        })),
      ),
    }),
    batchGetOrderTimelines: async ({ orderIds }) => ({
      timelines: orderIds.map((id) => ({ steps: isMissing(id) ? [] : sampleSteps })),
    }),
  },
  orderAdmin: {
    listStuckTransactions: async (request) =>
      pageOf(request, (cursor) => ({ transaction: sampleTransaction(cursor), cursor })),
  },
  delivery: {
    batchGetOrderDeliveries: async ({ orderIds }) => ({
      deliveries: orderIds.map((id) => ({ delivery: isMissing(id) ? undefined : sampleDelivery(id) })),
    }),
  },
  flashSale: {
    batchGetFlashSales: async ({ ids }) => ({
      flashSales: ids.map((id) => ({ flashSale: isMissing(id) ? undefined : sampleFlashSale(id) })),
    }),
    listFlashSales: async (request) =>
      pageOf(request, (cursor) => ({ flashSale: sampleFlashSale(cursor), cursor })),
    batchGetEligibility: async ({ flashSaleIds }) => ({ eligibility: flashSaleIds.map(() => eligible) }),
    batchGetFlashSaleTickets: async ({ ids }) => ({
      tickets: ids.map((id) => ({ ticket: isMissing(id) ? undefined : sampleTicket(id) })),
    }),
  },
  flashSaleAdmin: {
    batchGetManagedFlashSales: async ({ ids }) => ({
      flashSales: ids.map((id) => ({ flashSale: isMissing(id) ? undefined : sampleManagedSale(id) })),
    }),
    listManagedFlashSales: async (request) =>
      pageOf(request, (cursor) => ({ flashSale: sampleManagedSale(cursor), cursor })),
  },
} satisfies Fakes<OrderClients>;
