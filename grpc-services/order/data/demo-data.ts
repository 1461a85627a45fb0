import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { insertRows } from '@tiffin/lib/engines/insert-rows';
import { type Progress, pieceByPiece, silentProgress } from '@tiffin/lib/service/progress';
import { demoAddressLines } from './demo-address.ts';
import { demoCart, demoOrderCount } from './demo-cart.ts';
import { demoMenuItem } from './demo-menu.ts';
import { type Order, OrderEntity, OrderItemEntity, type OrderStatus } from './order-entity.ts';

/** The customer whose log-in is printed at the start: each 250th order is theirs. */
const demoCustomerNo = 1;
const ordersPerDemoCustomersOrder = 250;
const otherCustomerNos = { first: 43, last: 2_000 };
const currency = 'EUR';

/**
 * Fills empty tables with 20,000 orders. All or nothing; tables that hold anything are left alone. True where it filled
 * them.
 */
export function insertDemoData(database: Database, progress: Progress = silentProgress): Promise<boolean> {
  return fillEmptyTables(database, ['"order"."order"'], async (em) => {
    const orders = demoOrders();
    const items = orders.flatMap(itemColumnsOf);
    const inserted = pieceByPiece(progress, orders.length + items.length);
    await insertRows(em, OrderEntity, orders.map(columnsOf), inserted);
    await insertRows(em, OrderItemEntity, items, inserted);
    await em.execute(insertStepsSql, Array(2).fill(String(demoId('user', demoCustomerNo))));
    await em.execute('analyze "order".order_step');
  });
}

/**
 * What happened to each order of the demo customer, and how many minutes after it was placed. Nobody follows the others:
 * that they ended is all there is of them, or the start would take twice as long. Parameters: the customer, twice.
 */
const insertStepsSql = `
  insert into "order".order_step (order_id, version, status, at)
  select id, step.version, step.status, placed_at + step.minutes * interval '1 minute'
  from "order"."order" as placed
  join (values
    ('CANCELLED', 1, 'CREATED', 0), ('CANCELLED', 2, 'CANCELLED', 3),
    ('COMPLETED', 1, 'CREATED', 0), ('COMPLETED', 2, 'PAID', 1), ('COMPLETED', 3, 'ASSIGNED', 4),
    ('COMPLETED', 4, 'PICKED_UP', 16), ('COMPLETED', 5, 'DELIVERED', 34), ('COMPLETED', 6, 'COMPLETED', 41)
  ) as step (outcome, version, status, minutes) on step.outcome = placed.status
  where placed.user_id = ?::bigint
  union all
  select id, version, status, placed_at from "order"."order" where user_id <> ?::bigint`;

/** In the order of their times, as real ids are. Items cost what goods cost, and each went to an address of its user. */
export function demoOrders(): Order[] {
  return Array.from({ length: demoOrderCount }, (_, index) => demoOrder(index + 1));
}

function demoOrder(n: number): Order {
  const random = DemoRandom.of('order', n);
  const { shopNo, lines, placedAtMs } = demoCart(n);
  const isDemoCustomers = n % ordersPerDemoCustomersOrder === 0;
  const userNo = isDemoCustomers
    ? demoCustomerNo
    : random.between(otherCustomerNos.first, otherCustomerNos.last);
  const items = lines.map(({ goodsNo, quantity }) => ({
    goodsId: String(demoId('goods', goodsNo)),
    quantity,
    unitPrice: { amountCents: demoMenuItem(goodsNo).priceCents, currency },
  }));
  const status: OrderStatus = random.next() < 0.07 ? 'CANCELLED' : 'COMPLETED';
  return {
    id: String(demoId('order', n)),
    userId: String(demoId('user', userNo)),
    shopId: String(demoId('shop', shopNo)),
    status,
    items,
    total: {
      amountCents: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amountCents, 0),
      currency,
    },
    couponId: undefined,
    discount: { amountCents: 0, currency },
    walletAmount: { amountCents: 0, currency },
    // Everybody has a home; only of the demo customer is it known that there are more places.
    address: demoAddressLines(userNo, isDemoCustomers ? random.pick([0, 0, 1, 2]) : 0),
    placedAt: new Date(placedAtMs),
    version: isDemoCustomers ? (status === 'COMPLETED' ? 6 : 2) : 1,
    flashSale: undefined,
  };
}

function columnsOf({
  items: _,
  flashSale: _none,
  total,
  discount,
  walletAmount,
  couponId,
  address,
  ...order
}: Order) {
  return {
    ...order,
    ...address,
    totalCents: total.amountCents,
    currency: total.currency,
    couponId: couponId ?? null,
    discountCents: discount.amountCents,
    walletCents: walletAmount.amountCents,
  };
}

function itemColumnsOf({ id, items }: Order) {
  return items.map(({ goodsId, quantity, unitPrice }, index) => ({
    orderId: id,
    position: index + 1,
    goodsId,
    quantity,
    unitPriceCents: unitPrice.amountCents,
  }));
}
