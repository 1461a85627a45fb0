import { Migration } from '@mikro-orm/migrations';
import { delayedTaskTableSql } from '@tiffin/lib/delayed/delayed-tasks';
import { inboxTableSql } from '@tiffin/lib/events/inbox';
import { resolutionTableSql } from '@tiffin/lib/tcc/stuck-transactions';
import { transactionTableSql } from '@tiffin/lib/tcc/transaction-rows';

const statuses = [
  'CREATED',
  'PAID',
  'CANCELLED',
  'CLOSED',
  'ASSIGNED',
  'PICKED_UP',
  'DELIVERED',
  'COMPLETED',
];
const statusList = statuses.map((status) => `'${status}'`).join(', ');

/** The field `no` of a message, as the bytes that a text of digits is in it. An id has 19 digits at most. */
const field = (no: number, column: string) => `
  decode(lpad(to_hex(${no * 8 + 2}), 2, '0') || lpad(to_hex(length(${column}::text)), 2, '0'), 'hex')
    || convert_to(${column}::text, 'UTF8')`;

/**
 * Nobody delivers what was paid before there were deliveries: it counts as arrived, as of now. That is told as an
 * `OrderCompleted` each, so that its buyers may review the shop.
 */
const completeOldOrdersSql = [
  `update "order"."order" set status = 'COMPLETED', version = version + 1 where status = 'PAID'`,
  `insert into "order".order_step (order_id, version, status, at, event_id)
   select id, version, status, greatest(now(), placed_at), gen_random_uuid() from "order"."order"
   where status = 'COMPLETED'`,
  `insert into "order".outbox
     (event_id, topic, aggregate_id, aggregate_version, occurred_at, due_at, traceparent, payload)
   select step.event_id, 'order.completed.v1', placed.id, placed.version, step.at, 'epoch', '',
     ${field(1, 'placed.id')} || ${field(2, 'placed.user_id')} || ${field(3, 'placed.shop_id')}
   from "order"."order" as placed
   join "order".order_step as step on step.order_id = placed.id and step.status = placed.status
   where placed.status = 'COMPLETED'`,
];

export class Transactions extends Migration {
  override readonly name = '0004-transactions';

  override up(): void {
    const tables = [transactionTableSql, resolutionTableSql, delayedTaskTableSql, inboxTableSql];
    for (const sql of tables.flatMap((tableSql) => tableSql('order'))) this.addSql(sql);
    this.addSql(`
      alter table "order"."order"
        drop constraint order_status_check,
        add constraint order_status_check check (status in (${statusList})),
        add column coupon_id bigint,
        add column discount_cents bigint not null default 0,
        add column wallet_cents bigint not null default 0,
        add check (discount_cents >= 0 and wallet_cents >= 0 and discount_cents + wallet_cents <= total_cents)`);
    this.addSql(`
      create table "order".order_step (
        order_id bigint not null references "order"."order" (id),
        version integer check (version > 0),
        status text not null check (status in (${statusList})),
        at timestamptz not null,
        event_id text,
        primary key (order_id, status),
        unique (order_id, version)
      )`);
    this.addSql(
      `comment on column "order".order_step.version is 'Of the order; null where it was further when it heard of the step'`,
    );
    this.addSql(`comment on column "order".order_step.event_id is 'The event that told it, where one did'`);
    // Stock that unpaid orders reserved before there were transactions counts as sold: paying them takes nothing more.
    this.addSql(`
      insert into "order".tcc_transaction (id, state, participants, open, begun_at)
      select id, 'PREPARED', '[]', '[]', placed_at from "order"."order" where status = 'CREATED'`);
    this.addSql(`
      insert into "order".delayed_task (kind, key, due_at, take_at)
      select 'close-unpaid', id, placed_at + interval '30 minutes', placed_at + interval '30 minutes'
      from "order"."order" where status = 'CREATED'`);
    // When they were paid or cancelled nobody wrote down: not before they were placed.
    this.addSql(`
      insert into "order".order_step (order_id, version, status, at)
      select id, step.version, case step.version when 1 then 'CREATED' else status end, placed_at
      from "order"."order" as placed cross join lateral generate_series(1, placed.version) as step (version)`);
    for (const sql of completeOldOrdersSql) this.addSql(sql);
  }

  override down(): void {
    this.addSql('drop table "order".order_step, "order".tcc_transaction, "order".tcc_resolution');
    this.addSql('drop table "order".delayed_task, "order".inbox');
    this.addSql(`
      alter table "order"."order"
        drop column coupon_id, drop column discount_cents, drop column wallet_cents`);
  }
}
