import { Migration } from '@mikro-orm/migrations';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    // Trusted since PostgreSQL 13: the owner of a database may create it.
    this.addSql('create extension if not exists pg_trgm with schema public');
    this.addSql(`
      create table search.entry (
        generation integer not null,
        kind smallint not null check (kind in (1, 2)),
        ref_id bigint not null check (ref_id > 0),
        name text not null check (char_length(name) between 1 and 80),
        body text not null check (char_length(body) <= 2000),
        words tsvector not null
          generated always as (setweight(to_tsvector('simple', name), 'A') || to_tsvector('simple', body)) stored,
        primary key (generation, kind, ref_id)
      )`);
    this.addSql('create index entry_by_words on search.entry using gin (words)');
    this.addSql('create index entry_by_trigrams on search.entry using gin (name public.gin_trgm_ops)');
    this.addSql(`
      create table search.generation (
        current integer not null,
        last_drawn integer not null,
        check (current <= last_drawn)
      )`);
    this.addSql('insert into search.generation (current, last_drawn) values (0, 0)');
    // A function because only it can carry a threshold of its own into the trigram operator, which uses the index.
    // The scores are the ranking of docs in domain/search.ts; the limit bounds what one search can cost.
    this.addSql(`
      create function search.find(asked text, query tsquery, kinds smallint[])
      returns table (kind smallint, ref_id bigint, name text, body text, score integer)
      language sql stable
      set pg_trgm.word_similarity_threshold = '0.3'
      as $$
        select e.kind, e.ref_id, e.name, e.body,
          case
            when lower(e.name) = lower(asked) then 4000
            when starts_with(lower(e.name), lower(asked)) then 3000
            when e.words @@ query then 2000 + round(999 * ts_rank_cd(e.words, query, 32))::integer
            else round(1000 * public.word_similarity(asked, e.name))::integer
          end as score
        from search.entry e
        where e.generation = (select current from search.generation)
          and e.kind = any(kinds)
          and (e.words @@ query or asked operator(public.<%) e.name)
        order by score desc, e.kind, e.ref_id
        limit 1000
      $$`);
  }

  override down(): void {
    this.addSql('drop function search.find');
    this.addSql('drop table search.generation, search.entry');
  }
}
