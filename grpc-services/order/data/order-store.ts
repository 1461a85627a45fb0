import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Page } from '@tiffin/lib/paging/page';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  toParentPages,
} from '@tiffin/lib/paging/parent-pages';
import type { Order, OrderStatus, OrderStep } from './order-entity.ts';
import { type OrderRow, orderColumns, toOrder } from './order-row.ts';

/** What happened to an order. */
export interface Timeline {
  /** That of the order. */
  readonly id: string;
  /** Whose order it is. */
  readonly userId: string;
  /** Oldest first; at the same time in the order of the way. */
  readonly steps: readonly OrderStep[];
}

/** What happens to orders in this order; those that come to nothing do so after all that happens to them. */
const way: readonly OrderStatus[] = ['CREATED', 'PAID', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'COMPLETED'];

/** The orders that exist among the ids, in no order, with their items. */
export async function findOrders(database: Database, ids: readonly string[]): Promise<Order[]> {
  return (await database.query<OrderRow>(ordersSql, [bigintArray(ids)])).map(toOrder);
}

/** The same, as the transaction `em` sees it. */
export async function findOrdersIn(em: EntityManager, ids: readonly string[]): Promise<Order[]> {
  return (await em.execute<OrderRow[]>(ordersSql, [bigintArray(ids)])).map(toOrder);
}

const ordersSql = `select ${orderColumns} from "order"."order" as placed where placed.id = any(?::bigint[])`;

/** Pages of the orders of several users, newest first, in one statement. */
export async function findUserOrders(
  database: Database,
  pages: readonly ParentPage[],
): Promise<Page<Order>[]> {
  const { sql, parameters } = userOrdersSql(pages);
  const rows = await database.query<OrderRow & { page_no: string }>(sql, parameters);
  return toParentPages(pages, rows, toOrder);
}

/** The statement of `findUserOrders`: one descent into the user's index for each page, and no more rows than asked. */
export function userOrdersSql(pages: readonly ParentPage[]): { sql: string; parameters: string[] } {
  return {
    sql: `
      select page.page_no, found.*
      from ${parentPagesTable}
      cross join lateral (
        select ${orderColumns} from "order"."order" as placed
        where placed.user_id = page.parent_id and placed.id < page.after_id
        order by placed.user_id, placed.id desc
        limit page.max_items
      ) as found
      order by page.page_no, found.id desc`,
    parameters: parentPagesParameters(pages, 'falling ids'),
  };
}

/** Inserts an order and its items, in one statement. */
export async function insertOrder(em: EntityManager, order: Order): Promise<void> {
  const { id, userId, shopId, status, items, total, address, placedAt, version } = order;
  const { label, street, city, postalCode, area } = address;
  await em.execute(
    `with placed as (
       insert into "order"."order" (
         id, user_id, shop_id, status, total_cents, currency, coupon_id, discount_cents, wallet_cents,
         label, street, city, postal_code, area, placed_at, version, flash_sale_id, flash_ticket_id)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?)
       returning id, status, placed_at, version
     ), step as (
       insert into "order".order_step (order_id, version, status, at)
       select id, version, status, placed_at from placed
     )
     insert into "order".order_item (order_id, position, goods_id, quantity, unit_price_cents)
     select placed.id, item.position, item.goods_id, item.quantity, item.unit_price_cents
     from placed, unnest(?::bigint[], ?::integer[], ?::bigint[])
       with ordinality as item (goods_id, quantity, unit_price_cents, position)`,
    [
      ...[id, userId, shopId, status, total.amountCents, total.currency],
      ...[order.couponId ?? null, order.discount.amountCents, order.walletAmount.amountCents],
      ...[label, street, city, postalCode, area, placedAt.toISOString(), version],
      ...[order.flashSale?.id ?? null, order.flashSale?.ticketId ?? null],
      bigintArray(items.map(({ goodsId }) => goodsId)),
      bigintArray(items.map(({ quantity }) => quantity)),
      bigintArray(items.map(({ unitPrice }) => unitPrice.amountCents)),
    ],
  );
}

/**
 * Writes the status and the version, and the step to it; unless the order is no longer in `expectedVersion`: then false.
 * The step is never before those that are there: clocks differ.
 */
export async function saveOrder(
  em: EntityManager,
  order: Order,
  expectedVersion: number,
  atMs: number,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `with changed as (
       update "order"."order" set status = ?, version = ? where id = ? and version = ?
       returning id, version, status
     )
     insert into "order".order_step (order_id, version, status, at)
     select id, version, status, greatest(?::timestamptz, (
       select max(earlier.at) from "order".order_step as earlier where earlier.order_id = changed.id))
     from changed
     returning order_id`,
    [order.status, order.version, order.id, expectedVersion, new Date(atMs).toISOString()],
  );
  return rows.length > 0;
}

/** Writes a step that was told after a later one, unless it is there: it has no version, and its order keeps its own. */
export async function insertLateStep(
  em: EntityManager,
  orderId: string,
  status: OrderStatus,
  atMs: number,
): Promise<void> {
  await em.execute(
    `insert into "order".order_step (order_id, status, at)
     select ?::bigint, ?, greatest(?::timestamptz, (
       select paid.at from "order".order_step as paid where paid.order_id = ?::bigint and paid.status = 'PAID'))
     on conflict do nothing`,
    [orderId, status, new Date(atMs).toISOString(), orderId],
  );
}

/** Notes by which event the last step was told, for the audit. */
export async function noteEvent(em: EntityManager, { id, version }: Order, eventId: string): Promise<void> {
  await em.execute('update "order".order_step set event_id = ? where order_id = ? and version = ?', [
    eventId,
    id,
    version,
  ]);
}

/** Users and how many orders each has completed, in no order. In one statement. */
export async function countCompletedOrders(
  database: Database,
  userIds: readonly string[],
): Promise<{ readonly id: string; readonly orders: number }[]> {
  const rows = await database.query<{ id: string; orders: number }>(completedOrdersSql, [
    bigintArray(userIds),
  ]);
  return rows.map(({ id, orders }) => ({ id: String(id), orders }));
}

/** Further ones are not counted. */
const maxCounted = 1_000;

// By the index of a user's orders: one of completed orders would cost an entry in each index whenever any order's status
// changes, since PostgreSQL then rewrites them all.
/** Parameter: users. */
export const completedOrdersSql = `
  select wanted.id, counted.orders
  from unnest(?::bigint[]) as wanted (id)
  cross join lateral (
    select count(*)::integer as orders from (
      select from "order"."order" where user_id = wanted.id and status = 'COMPLETED' limit ${maxCounted}) as completed
  ) as counted`;

/** The timelines of the orders that exist among the ids, in no order. In one statement. */
export async function findTimelines(database: Database, orderIds: readonly string[]): Promise<Timeline[]> {
  const rows = await database.query<{ id: string; user_id: string; steps_json: string | null }>(
    `select placed.id, placed.user_id, (
       select json_agg(json_build_array(step.status, (extract(epoch from step.at) * 1000)::float8)
         order by step.at, array_position('{${way.join()}}'::text[], step.status))
       from "order".order_step as step where step.order_id = placed.id
     )::text as steps_json
     from "order"."order" as placed where placed.id = any(?::bigint[])`,
    [bigintArray(orderIds)],
  );
  return rows.map(({ id, user_id, steps_json }) => {
    const steps: [status: OrderStatus, atMs: number][] = JSON.parse(steps_json ?? '[]');
    return {
      id: String(id),
      userId: String(user_id),
      steps: steps.map(([status, atMs]) => ({ status, at: new Date(atMs) })),
    };
  });
}
