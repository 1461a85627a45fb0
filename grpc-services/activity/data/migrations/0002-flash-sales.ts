import { Migration } from '@mikro-orm/migrations';
import { outboxTableSql } from '@tiffin/lib/events/outbox';

export class FlashSales extends Migration {
  override readonly name = '0002-flash-sales';

  override up(): void {
    for (const sql of outboxTableSql('activity')) this.addSql(sql);
    // The most wanted row of all: what buyers move of it is in no index, so that a move writes no index entry.
    this.addSql(`
      create table activity.flash_sale (
        id bigint primary key check (id > 0),
        name text not null check (char_length(name) between 1 and 80),
        shop_id bigint not null,
        goods_id bigint not null,
        price_cents bigint not null check (price_cents between 1 and 9007199254740991),
        currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        ended_at timestamptz,
        rules jsonb not null check (jsonb_array_length(rules) <= 10),
        secret bytea check (length(secret) >= 32),
        version integer not null check (version > 0),
        left_units integer not null check (left_units >= 0),
        reserved integer not null check (reserved >= 0),
        sold integer not null check (sold >= 0),
        check (ends_at > starts_at)
      ) with (fillfactor = 50)`);
    this.addSql(
      "comment on column activity.flash_sale.ended_at is 'When an administrator ended it; null else'",
    );
    this.addSql('create index flash_sale_by_end on activity.flash_sale (ends_at) where ended_at is null');
    // Tickets and entries stay for as long as their flash sale does, as orders stay: that is their number. Nobody gets a
    // ticket whom the stock has not promised a unit, so a rush of refused buyers leaves nothing here.
    this.addSql(`
      create table activity.flash_sale_ticket (
        id bigint primary key check (id > 0),
        flash_sale_id bigint not null references activity.flash_sale (id),
        user_id bigint not null,
        address_id bigint not null,
        status text not null check (status in ('QUEUED', 'ORDERED', 'SOLD', 'SOLD_OUT', 'RETURNED', 'REFUSED')),
        order_id bigint check ((order_id is not null) = (status in ('ORDERED', 'SOLD', 'RETURNED'))),
        queued_at timestamptz not null,
        ended_at timestamptz check ((ended_at is null) = (status in ('QUEUED', 'ORDERED'))),
        constraint flash_sale_ticket_by_user unique (flash_sale_id, user_id)
      )`);
    this.addSql(
      'create unique index flash_sale_ticket_by_order on activity.flash_sale_ticket (order_id) where order_id is not null',
    );
    this.addSql(
      "create index flash_sale_ticket_queued on activity.flash_sale_ticket (flash_sale_id) where status = 'QUEUED'",
    );
    this.addSql(
      "create index flash_sale_ticket_waiting on activity.flash_sale_ticket (queued_at) where status = 'QUEUED'",
    );
    // The id is drawn while the row of the flash sale is locked, so its entries are numbered in the order of their commits.
    this.addSql(`
      create table activity.flash_sale_stock_entry (
        id bigint generated always as identity primary key,
        flash_sale_id bigint not null references activity.flash_sale (id),
        kind text not null,
        left_delta integer not null,
        reserved_delta integer not null,
        sold_delta integer not null,
        left_after integer not null check (left_after >= 0),
        reserved_after integer not null check (reserved_after >= 0),
        sold_after integer not null check (sold_after >= 0),
        reason text not null check (char_length(reason) between 1 and 200),
        actor_id bigint,
        order_id bigint,
        at timestamptz not null,
        check ((kind = 'ADJUST') = (order_id is null)),
        constraint flash_sale_stock_entry_moves check (case kind
          when 'ADJUST' then left_delta <> 0 and reserved_delta = 0 and sold_delta = 0
          when 'CLAIM' then left_delta = -1 and reserved_delta = 1 and sold_delta = 0
          when 'SELL' then left_delta = 0 and reserved_delta = -1 and sold_delta = 1
          when 'RETURN' then left_delta = 1 and reserved_delta = -1 and sold_delta = 0
          else false end)
      )`);
    this.addSql(
      "comment on column activity.flash_sale_stock_entry.actor_id is 'Who adjusted; null for the platform itself'",
    );
    this.addSql(
      'create index flash_sale_stock_entry_by_sale on activity.flash_sale_stock_entry (flash_sale_id, id)',
    );
    this.addSql(`
      create unique index flash_sale_stock_entry_by_order on activity.flash_sale_stock_entry (order_id, kind)
      where order_id is not null`);
  }

  override down(): void {
    const tables = ['flash_sale_stock_entry', 'flash_sale_ticket', 'flash_sale', 'outbox'];
    this.addSql(`drop table ${tables.map((table) => `activity.${table}`).join(', ')}`);
  }
}
