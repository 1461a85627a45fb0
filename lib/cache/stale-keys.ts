import { staleKeySqlState } from '../engines/stale-key-state.ts';

/**
 * The keys whose cached values a commit has made stale, for a service's migration: the table that the sweeper reads, and
 * `mark_stale(key)`, which triggers of cached tables call. It tells the key twice: to whoever commits, by a notice on the
 * wire, who deletes it at once; and in a row of the same transaction, for when that process dies in between. So no
 * statement can change a cached row and forget the cache, whoever sends it.
 */
export function staleKeysSql(schema: string): string[] {
  return [
    `create table "${schema}"."stale_key" (
      id bigint generated always as identity primary key,
      key text not null,
      written_at timestamptz not null default clock_timestamp()
    )`,
    `create function "${schema}"."mark_stale"(stale text) returns void language plpgsql as $$
    begin
      -- While an empty table is filled nothing of it is cached.
      if current_setting('tiffin.filling', true) = 'on' then return; end if;
      insert into "${schema}"."stale_key" (key) values (stale);
      raise notice using message = stale, errcode = '${staleKeySqlState}';
    end $$`,
  ];
}
