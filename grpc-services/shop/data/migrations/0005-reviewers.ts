import { Migration } from '@mikro-orm/migrations';

export class Reviewers extends Migration {
  override readonly name = '0005-reviewers';

  override up(): void {
    this.addSql(`
      create table shop.reviewer (
        shop_id bigint not null,
        user_id bigint not null,
        primary key (shop_id, user_id)
      )`);
    this.addSql(
      "comment on table shop.reviewer is 'Who has received an order of which shop, and may review it'",
    );
  }

  override down(): void {
    this.addSql('drop table shop.reviewer');
  }
}
