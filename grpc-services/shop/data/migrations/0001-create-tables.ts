import { Migration } from '@mikro-orm/migrations';
import { workerLeaseTableSql } from '@tiffin/lib/ids/worker-lease';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    for (const sql of workerLeaseTableSql('shop')) this.addSql(sql);
    this.addSql(`
      create table shop.shop (
        id bigint primary key check (id > 0),
        owner_id bigint not null check (owner_id > 0),
        name text not null check (char_length(name) between 1 and 80),
        description text not null check (char_length(description) <= 2000),
        category_id bigint not null check (category_id > 0),
        area text not null check (char_length(area) between 1 and 60),
        status text not null check (status in ('OPEN', 'CLOSED')),
        rating_sum integer not null default 0,
        review_count integer not null default 0,
        rating_hundredths integer not null
          generated always as (coalesce(round(rating_sum * 100.0 / nullif(review_count, 0)), 0)::integer) stored,
        version integer not null check (version > 0),
        check (rating_sum between review_count and 5 * review_count)
      )`);
    // One index for each combination of filters, in the order of the list. The rating is negated because best-first
    // with ids ascending is then one ascending key, and a page begins with one comparison of rows: its cost does not
    // grow with the number of shops that share a rating.
    this.addSql('create index shop_by_rating on shop.shop ((-rating_hundredths), id)');
    this.addSql('create index shop_by_category on shop.shop (category_id, (-rating_hundredths), id)');
    this.addSql('create index shop_by_area on shop.shop (area, (-rating_hundredths), id)');
    this.addSql(
      'create index shop_by_category_and_area on shop.shop (category_id, area, (-rating_hundredths), id)',
    );
    this.addSql(`
      create table shop.review (
        id bigint primary key check (id > 0),
        shop_id bigint not null references shop.shop (id),
        author_id bigint not null check (author_id > 0),
        stars integer not null check (stars between 1 and 5),
        text text not null check (char_length(text) <= 2000),
        created_at timestamptz not null,
        constraint review_once unique (author_id, shop_id)
      )`);
    this.addSql('create index review_by_shop on shop.review (shop_id, id)');
    this.addSql('create index review_by_author on shop.review (author_id, id)');
  }

  override down(): void {
    this.addSql('drop table shop.review, shop.shop, shop.worker_lease');
  }
}
