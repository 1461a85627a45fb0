import { Migration } from '@mikro-orm/migrations';

/**
 * The index in two halves: searches read one while a reindex fills the other. A half is emptied by TRUNCATE, which
 * gives its room back at once; the embedded engine never vacuums, so deleted rows would pile up there for ever.
 */
export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    // Trusted since PostgreSQL 13: the owner of a database may create it.
    this.addSql('create extension if not exists pg_trgm with schema public');
    this.addSql(`
      create table search.entry (
        half smallint not null,
        kind smallint not null check (kind in (1, 2)),
        ref_id bigint not null check (ref_id > 0),
        name text not null check (char_length(name) between 1 and 80),
        body text not null check (char_length(body) <= 2000),
        words tsvector not null,
        primary key (half, kind, ref_id)
      ) partition by list (half)`);
    // Every word of a half once: a typing error is looked up among words, not among texts.
    this.addSql(`
      create table search.word (
        half smallint not null,
        word text collate "C" not null,
        primary key (half, word)
      ) partition by list (half)`);
    for (const half of [0, 1]) {
      this.addSql(`create table search.entry_${half} partition of search.entry for values in (${half})`);
      this.addSql(`create table search.word_${half} partition of search.word for values in (${half})`);
      // Without the list of pending entries, which every search would have to read until a vacuum.
      this.addSql(
        `create index entry_${half}_by_words on search.entry_${half} using gin (words) with (fastupdate = off)`,
      );
      this.addSql(
        `create index word_${half}_by_trigrams on search.word_${half}
         using gin (word public.gin_trgm_ops) with (fastupdate = off)`,
      );
    }
    this.addSql(`
      create table search.index_state (
        is_only_row boolean primary key default true check (is_only_row),
        is_filled boolean not null,
        live_half smallint not null check (live_half in (0, 1)),
        claim integer not null,
        claimed_until timestamptz not null
      )`);
    this.addSql(`
      insert into search.index_state (is_filled, live_half, claim, claimed_until)
      values (false, 0, 0, to_timestamp(0))`);
  }

  override down(): void {
    this.addSql('drop table search.index_state, search.word, search.entry');
  }
}
