import { Migration } from '@mikro-orm/migrations';
import { inboxTableSql } from '@tiffin/lib/events/inbox';
import { outboxTableSql } from '@tiffin/lib/events/outbox';

export class Events extends Migration {
  override readonly name = '0003-events';

  override up(): void {
    for (const sql of [...outboxTableSql('shop'), ...inboxTableSql('shop')]) this.addSql(sql);
    this.addSql('alter table shop.shop add column order_count integer not null default 0');
  }

  override down(): void {
    this.addSql('alter table shop.shop drop column order_count');
    this.addSql('drop table shop.inbox, shop.outbox');
  }
}
