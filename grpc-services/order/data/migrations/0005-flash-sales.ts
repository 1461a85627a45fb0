import { Migration } from '@mikro-orm/migrations';

/** An order may be of a flash sale: then it is the only one of its user, and of its ticket. */
export class FlashSales extends Migration {
  override readonly name = '0005-flash-sales';

  override up(): void {
    this.addSql(`
      alter table "order"."order"
        add column flash_sale_id bigint check (flash_sale_id > 0),
        add column flash_ticket_id bigint check (flash_ticket_id > 0),
        add constraint order_flash_sale_check check ((flash_sale_id is null) = (flash_ticket_id is null))`);
    // What decides that a user buys once. A cancelled order counts: who gave a unit back does not get another.
    this.addSql(`
      create unique index order_by_flash_sale on "order"."order" (flash_sale_id, user_id)
      where flash_sale_id is not null`);
    this.addSql(`
      create unique index order_by_flash_ticket on "order"."order" (flash_ticket_id)
      where flash_ticket_id is not null`);
  }

  override down(): void {
    this.addSql(`alter table "order"."order" drop column flash_sale_id, drop column flash_ticket_id`);
  }
}
