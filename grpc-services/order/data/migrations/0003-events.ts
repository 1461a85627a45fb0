import { Migration } from '@mikro-orm/migrations';
import { outboxTableSql } from '@tiffin/lib/events/outbox';

export class Events extends Migration {
  override readonly name = '0003-events';

  override up(): void {
    for (const sql of outboxTableSql('order')) this.addSql(sql);
  }

  override down(): void {
    this.addSql('drop table "order".outbox');
  }
}
