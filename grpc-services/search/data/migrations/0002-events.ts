import { Migration } from '@mikro-orm/migrations';
import { inboxTableSql } from '@tiffin/lib/events/inbox';

export class Events extends Migration {
  override readonly name = '0002-events';

  override up(): void {
    for (const sql of inboxTableSql('search')) this.addSql(sql);
    // Of the shop or the goods as they were when they were indexed; 0 where that was before there were versions.
    this.addSql('alter table search.entry add column version integer not null default 0');
    // Beside the index, which each reindex makes anew.
    this.addSql(`
      create table search.popularity (
        kind smallint not null check (kind in (1, 2)),
        ref_id bigint not null check (ref_id > 0),
        order_count integer not null,
        primary key (kind, ref_id)
      )`);
  }

  override down(): void {
    this.addSql('drop table search.popularity, search.inbox');
    this.addSql('alter table search.entry drop column version');
  }
}
