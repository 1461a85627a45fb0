import { Migration } from '@mikro-orm/migrations';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    // At most a hundred rows of each user: whoever writes prunes. Shops are 1, goods are 2.
    this.addSql(`
      create table tracking.history (
        user_id bigint not null check (user_id > 0),
        kind smallint not null check (kind in (1, 2)),
        target_id bigint not null check (target_id > 0),
        at timestamptz not null,
        primary key (user_id, kind, target_id)
      )`);
    // A day's counts begin anew when Redis has lost them, under another epoch: they only ever rise, and may be written again.
    this.addSql(`
      create table tracking.counter (
        kind smallint not null check (kind in (1, 2)),
        target_id bigint not null check (target_id > 0),
        day date not null,
        epoch bigint not null,
        views bigint not null check (views > 0),
        primary key (kind, target_id, day, epoch)
      )`);
    this.addSql('create index counter_day on tracking.counter (day)');
    this.addSql(`
      create table tracking.counter_total (
        kind smallint not null check (kind in (1, 2)),
        target_id bigint not null check (target_id > 0),
        views bigint not null check (views > 0),
        primary key (kind, target_id)
      )`);
    this.addSql(
      "comment on table tracking.counter_total is 'What the days had that counter has no rows of any more'",
    );
  }

  override down(): void {
    this.addSql('drop table tracking.history, tracking.counter, tracking.counter_total');
  }
}
