import { Migration } from '@mikro-orm/migrations';
import { workerLeaseTableSql } from '@tiffin/lib/ids/worker-lease';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    for (const sql of workerLeaseTableSql('order')) this.addSql(sql);
    this.addSql(`
      create table "order"."order" (
        id bigint primary key check (id > 0),
        user_id bigint not null check (user_id > 0),
        shop_id bigint not null check (shop_id > 0),
        status text not null check (status in ('CREATED', 'PAID', 'CANCELLED')),
        total_cents bigint not null check (total_cents between 0 and 9007199254740991),
        currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
        label text not null check (char_length(label) between 1 and 40),
        street text not null check (char_length(street) between 1 and 120),
        city text not null check (char_length(city) between 1 and 80),
        postal_code text not null check (char_length(postal_code) between 1 and 16),
        area text not null check (char_length(area) between 1 and 60),
        placed_at timestamptz not null,
        version integer not null check (version > 0)
      )`);
    this.addSql('create index order_by_user on "order"."order" (user_id, id desc)');
    this.addSql(`
      create table "order".order_item (
        order_id bigint not null references "order"."order" (id),
        position integer not null check (position between 1 and 50),
        goods_id bigint not null check (goods_id > 0),
        quantity integer not null check (quantity between 1 and 1000),
        unit_price_cents bigint not null check (unit_price_cents between 0 and 9007199254740991),
        primary key (order_id, position),
        unique (order_id, goods_id)
      )`);
    this.addSql(
      `comment on column "order".order_item.unit_price_cents is 'In the currency of the order, as it was when placed'`,
    );
  }

  override down(): void {
    this.addSql('drop table "order".order_item, "order"."order", "order".worker_lease');
  }
}
