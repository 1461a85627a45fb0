import { Migration } from '@mikro-orm/migrations';
import { idempotencyTableSql } from '@tiffin/lib/idempotency/idempotency-table';

export class Idempotency extends Migration {
  override readonly name = '0002-idempotency';

  override up(): void {
    for (const sql of idempotencyTableSql('order')) this.addSql(sql);
  }

  override down(): void {
    this.addSql('drop table "order".idempotency_key');
  }
}
