import { Migration } from '@mikro-orm/migrations';
import { inboxTableSql } from '@tiffin/lib/events/inbox';
import { outboxTableSql } from '@tiffin/lib/events/outbox';
import { idempotencyTableSql } from '@tiffin/lib/idempotency/idempotency-table';
import { workerLeaseTableSql } from '@tiffin/lib/ids/worker-lease';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    const shared = [workerLeaseTableSql, idempotencyTableSql, inboxTableSql, outboxTableSql];
    for (const sql of shared.flatMap((tableSql) => tableSql('delivery'))) this.addSql(sql);
    // `due_at` is when a process may call a courier for it: null once one has it. `claims` counts how often it was
    // taken, and fences off a process whose lease ended meanwhile; `attempts` counts the calls that were in vain.
    this.addSql(`
      create table delivery.delivery (
        id bigint primary key check (id > 0),
        order_id bigint not null unique,
        user_id bigint not null,
        shop_id bigint not null,
        status text not null check (status in ('REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED')),
        courier_name text check (char_length(courier_name) between 1 and 80),
        courier_reference text check (char_length(courier_reference) between 1 and 200),
        requested_at timestamptz not null,
        changed_at timestamptz not null,
        version integer not null check (version > 0),
        due_at timestamptz,
        claims integer not null default 0,
        attempts integer not null default 0,
        last_error text not null default '',
        check ((due_at is not null) = (status = 'REQUESTED')),
        check ((courier_name is null) = (status = 'REQUESTED')),
        check ((courier_reference is null) = (status = 'REQUESTED'))
      )`);
    this.addSql(
      "comment on column delivery.delivery.courier_reference is 'What the dispatch calls the courier''s trip'",
    );
    this.addSql('create index delivery_due on delivery.delivery (due_at, id) where due_at is not null');
    this.addSql(
      `create index delivery_waiting on delivery.delivery (requested_at, id) where status = 'REQUESTED'`,
    );
  }

  override down(): void {
    const tables = ['delivery', 'outbox', 'inbox', 'idempotency_key', 'worker_lease'];
    this.addSql(`drop table ${tables.map((table) => `delivery.${table}`).join(', ')}`);
  }
}
