import { Migration } from '@mikro-orm/migrations';
import { workerLeaseTableSql } from '@tiffin/lib/ids/worker-lease';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    for (const sql of workerLeaseTableSql('goods')) this.addSql(sql);
    // Names sort by code point: the order, and so every cursor, is then the same on both engines.
    this.addSql(`
      create table goods.category (
        id bigint primary key check (id > 0),
        name text collate "C" not null check (char_length(name) between 1 and 80)
      )`);
    this.addSql('create index category_by_name on goods.category (name, id)');
    this.addSql(`
      create table goods.goods (
        id bigint primary key check (id > 0),
        shop_id bigint not null,
        name text not null check (char_length(name) between 1 and 80),
        description text not null check (char_length(description) <= 2000),
        price_cents bigint not null check (price_cents between 0 and 9007199254740991),
        currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
        category_ids bigint[] not null check (cardinality(category_ids) <= 10),
        available integer not null check (available between 0 and 1000000),
        version integer not null check (version > 0)
      )`);
    this.addSql('create index goods_by_shop on goods.goods (shop_id, id)');
    // The id is drawn while the row of the goods is locked, so the entries of one kind of goods are numbered in the
    // order of their commits.
    this.addSql(`
      create table goods.stock_entry (
        id bigint generated always as identity primary key,
        goods_id bigint not null references goods.goods (id),
        delta integer not null check (delta <> 0),
        balance_after integer not null check (balance_after between 0 and 1000000),
        reason text not null check (char_length(reason) between 1 and 200),
        actor_id bigint,
        created_at timestamptz not null
      )`);
    this.addSql('create index stock_entry_by_goods on goods.stock_entry (goods_id, id)');
    this.addSql(
      "comment on column goods.stock_entry.actor_id is 'User who moved the stock; null for the platform itself'",
    );
  }

  override down(): void {
    this.addSql('drop table goods.stock_entry, goods.goods, goods.category, goods.worker_lease');
  }
}
