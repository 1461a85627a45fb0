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
        version integer not null check (version > 0),
        status text not null check (status in (${statusList})),
        at timestamptz not null,
        event_id text,
        primary key (order_id, version)
      )`);
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
  }

  override down(): void {
    this.addSql('drop table "order".order_step, "order".tcc_transaction, "order".tcc_resolution');
    this.addSql('drop table "order".delayed_task, "order".inbox');
    this.addSql(`
      alter table "order"."order"
        drop column coupon_id, drop column discount_cents, drop column wallet_cents`);
  }
}
