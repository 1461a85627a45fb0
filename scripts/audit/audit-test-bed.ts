import { migrations as accountMigrations } from '@tiffin/account/data/migrations';
import { migrations as activityMigrations } from '@tiffin/activity/data/migrations';
import { migrations as deliveryMigrations } from '@tiffin/delivery/data/migrations';
import { migrations as goodsMigrations } from '@tiffin/goods/data/migrations';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { migrations as orderMigrations } from '@tiffin/order/data/migrations';
import { migrations as searchMigrations } from '@tiffin/search/data/migrations';
import { migrations as shopMigrations } from '@tiffin/shop/data/migrations';
import { type Audited, type AuditedService, auditedServices } from './audited.ts';

/** The databases of all services on one embedded engine, with three orders that all services agree about. */
export interface AuditTestBed extends Audited {
  readonly databases: Readonly<Record<AuditedService, Database>>;
  readonly clock: VirtualClock;
  /** Makes everything as it was. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const migrations = {
  account: accountMigrations,
  activity: activityMigrations,
  delivery: deliveryMigrations,
  goods: goodsMigrations,
  order: orderMigrations,
  shop: shopMigrations,
  search: searchMigrations,
};

/** In memory, in a folder, or on a server. */
export async function createAuditTestBed(
  place: { readonly dataDir?: string; readonly url?: string } = {},
): Promise<AuditTestBed> {
  const { url, dataDir } = place;
  const embedded =
    url === undefined ? await openEmbeddedPostgres(dataDir === undefined ? {} : { dataDir }) : undefined;
  const databases = {} as Record<AuditedService, Database>;
  for (const service of auditedServices) {
    const options = { schema: service, entities: [], migrations: migrations[service] };
    databases[service] = await openDatabase({
      ...options,
      embedded,
      url,
      statementTimeoutMs: 10_000,
      poolSize: 2,
    });
  }
  const reset = async () => {
    await databases.order.query(`truncate ${filled.join(', ')} cascade`);
    // A test goes without.
    await databases.delivery.query(`alter table delivery.delivery drop constraint if exists delivery_order_id_key,
      add constraint delivery_order_id_key unique (order_id)`);
    for (const sql of rows) await databases.order.query(sql);
  };
  await reset();
  return {
    databases,
    // The rows are of an hour before.
    clock: new VirtualClock(nowSeconds * 1_000),
    reset,
    async stop() {
      for (const database of Object.values(databases)) await database.close();
      await embedded?.close();
    },
  };
}

/** Epoch seconds of the bed's clock: some time ago, so that for the system's clock all is settled too. */
export const nowSeconds = 1_600_000_000;
const then = `to_timestamp(${nowSeconds - 3_600})`;

const filled = [
  ...['account."user"', 'account.wallet_balance', 'account.ledger_transfer', 'account.ledger_entry'],
  ...['account.tcc_branch', 'activity.campaign', 'activity.coupon', 'activity.tcc_branch', 'activity.inbox'],
  ...['delivery.delivery', 'delivery.inbox', 'delivery.outbox', 'goods.goods', 'goods.stock_entry'],
  ...['goods.tcc_branch', 'goods.outbox', '"order"."order"', '"order".order_item', '"order".order_step'],
  ...['"order".tcc_transaction', '"order".outbox', '"order".delayed_task', 'shop.inbox', 'search.inbox'],
];

/**
 * User 4 orders 2 of goods 5, pays 200 cents with the wallet and gives a coupon, three times: order 1 is not paid, 2 is
 * completed, and 3 was cancelled. Order 9 is of demo data: no other service knows of it.
 */
const rows = [
  `insert into "order"."order" (id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code,
     area, placed_at, version, coupon_id, discount_cents, wallet_cents)
   select id, 4, 9, status, 1000, 'EUR', 'Home', 'Secret St 7', 'Berlin', '10115', 'Mitte', placed_at, version,
     70 + id, 100, 200
   from (values (1, 'CREATED', 1, to_timestamp(${nowSeconds - 600})), (2, 'COMPLETED', 6, ${then}),
     (3, 'CANCELLED', 2, ${then})) as placed (id, status, version, placed_at)`,
  `insert into "order"."order" (id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code,
     area, placed_at, version)
   values (9, 4, 9, 'PAID', 1000, 'EUR', 'Home', 'Secret St 7', 'Berlin', '10115', 'Mitte', ${then}, 2)`,
  `insert into "order".order_item (order_id, position, goods_id, quantity, unit_price_cents)
   select id, 1, 5, 2, 500 from generate_series(1, 3) as id union all select 9, 1, 5, 2, 500`,
  `insert into "order".order_step (order_id, version, status, at, event_id)
   select id, version, status, ${then} + version * interval '1 minute', event_id
   from (values (1, 1, 'CREATED', null), (2, 1, 'CREATED', null), (2, 2, 'PAID', 'paid-2'), (2, 3, 'ASSIGNED', null),
     (2, 4, 'PICKED_UP', null), (2, 5, 'DELIVERED', null), (2, 6, 'COMPLETED', 'completed-2'), (3, 1, 'CREATED', null),
     (3, 2, 'CANCELLED', null), (9, 1, 'CREATED', null), (9, 2, 'PAID', null)) as step (id, version, status, event_id)`,
  `insert into "order".tcc_transaction (id, state, participants, open, begun_at, decided_at, ended_at)
   select id, state, '["stock", "coupon", "funds"]', '[]', ${then},
     case when id > 1 then ${then} + interval '1 minute' end, case when id > 1 then ${then} + interval '1 minute' end
   from (values (1, 'PREPARED'), (2, 'CONFIRMED'), (3, 'CANCELLED')) as held (id, state)`,
  ...['goods:stock', 'activity:coupon', 'account:funds'].map((participant) => {
    const [schema, branch] = participant.split(':');
    return `insert into ${schema}.tcc_branch (transaction_id, branch, state, changed_at)
      values (1, '${branch}', 'TRIED', ${then}), (2, '${branch}', 'CONFIRMED', ${then}),
        (3, '${branch}', 'CANCELLED', ${then})`;
  }),
  `insert into goods.goods (id, shop_id, name, description, price_cents, currency, category_ids, available, version,
     frozen, sold) values (5, 9, 'Soup', '', 500, 'EUR', '{}', 6, 1, 2, 2)`,
  `insert into goods.stock_entry (goods_id, delta, frozen_delta, sold_delta, balance_after, frozen_after, sold_after,
     reason, created_at, kind, order_id)
   values (5, 10, 0, 0, 10, 0, 0, 'Count', ${then}, 'ADJUST', null), (5, -2, 2, 0, 8, 2, 0, 'Order', ${then}, 'RESERVE', 1),
     (5, -2, 2, 0, 6, 4, 0, 'Order', ${then}, 'RESERVE', 2), (5, 0, -2, 2, 6, 2, 2, 'Order', ${then}, 'DEDUCT', 2),
     (5, -2, 2, 0, 4, 4, 2, 'Order', ${then}, 'RESERVE', 3), (5, 2, -2, 0, 6, 2, 2, 'Order', ${then}, 'RELEASE', 3)`,
  `insert into account."user" (id, email, email_key, password_hash, display_name, roles, created_at)
   values (4, 'secret@tiffin.example', 'secret@tiffin.example', 'x', 'Secret Name', '{CUSTOMER}', ${then}),
     (6, 'other@tiffin.example', 'other@tiffin.example', 'x', 'Other Name', '{CUSTOMER}', ${then})`,
  `insert into account.wallet_balance (user_id, currency, available_cents, held_cents)
   values (4, 'EUR', 600, 200), (6, 'EUR', 0, 0)`,
  `insert into account.ledger_transfer (id, kind, user_id, currency, order_id, created_at)
   select id, kind, 4, 'EUR', order_id, ${then}
   from (values (1, 'TOPPED_UP', null), (2, 'HELD', 1), (3, 'HELD', 2), (4, 'CAPTURED', 2), (5, 'HELD', 3),
     (6, 'RELEASED', 3)) as transfer (id, kind, order_id)`,
  `insert into account.ledger_entry (transfer_id, account, amount_cents)
   values (1, 'SANDBOX_FUNDING', -1000), (1, 'USER_AVAILABLE', 1000), (2, 'USER_AVAILABLE', -200), (2, 'USER_HELD', 200),
     (3, 'USER_AVAILABLE', -200), (3, 'USER_HELD', 200), (4, 'USER_HELD', -200), (4, 'ORDER_REVENUE', 200),
     (5, 'USER_AVAILABLE', -200), (5, 'USER_HELD', 200), (6, 'USER_HELD', -200), (6, 'USER_AVAILABLE', 200)`,
  `insert into activity.campaign (id, name, trigger, discount_cents, minimum_total_cents, currency, starts_at, ends_at,
     coupon_days, max_coupons, granted_coupons, version)
   values (60, 'Welcome', 'ORDER_PAID', 100, 0, 'EUR', ${then}, ${then}, 30, 100, 4, 1)`,
  `insert into activity.coupon (id, user_id, campaign_id, name, status, locked_by, discount_cents, minimum_total_cents,
     currency, granted_at, expires_at, order_id)
   select id, 4, 60, 'Welcome', status, locked_by, 100, 0, 'EUR', ${then}, ${then} + interval '30 days', order_id
   from (values (71, 'LOCKED', 1, null), (72, 'USED', 2, null), (73, 'AVAILABLE', null, null), (74, 'AVAILABLE', null, 2))
     as coupon (id, status, locked_by, order_id)`,
  `insert into delivery.delivery (id, order_id, user_id, shop_id, status, courier_name, courier_reference, requested_at,
     changed_at, version) values (80, 2, 4, 9, 'DELIVERED', 'Secret Courier', 'trip-1', ${then}, ${then}, 4)`,
  ...['activity:coupons', 'delivery:orders', 'search:popularity', 'shop:orders'].map((consumer) => {
    const [schema] = consumer.split(':');
    return `insert into ${schema}.inbox (consumer, event_id, seen_at)
      values ('${consumer.replace(':', '.')}', 'paid-2', ${then} + interval '2 minutes')`;
  }),
  `insert into shop.inbox (consumer, event_id, seen_at)
   values ('shop.reviewers', 'completed-2', ${then} + interval '6 minutes')`,
];
