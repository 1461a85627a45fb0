import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { timestamp } from './timestamp.ts';
import type { DayViews, TargetKind } from './view.ts';

/** Writes counts as they are now; those of one epoch only rise, so an older write changes nothing. */
export async function saveDayViews(
  database: Pick<Database, 'query'>,
  counts: readonly DayViews[],
): Promise<void> {
  if (counts.length === 0) return;
  await database.query(
    `insert into tracking.counter as counter (kind, target_id, day, epoch, views)
     select kind, target_id, day, epoch, views
     from unnest(?::smallint[], ?::bigint[], ?::date[], ?::bigint[], ?::bigint[])
       as given (kind, target_id, day, epoch, views)
     order by kind, target_id, day, epoch
     on conflict (kind, target_id, day, epoch) do update set views = excluded.views
       where counter.views < excluded.views`,
    [
      bigintArray(counts.map(({ kind }) => kind)),
      bigintArray(counts.map(({ targetId }) => targetId)),
      `{${counts.map(({ day }) => day).join(',')}}`,
      bigintArray(counts.map(({ epoch }) => epoch)),
      bigintArray(counts.map(({ views }) => views)),
    ],
  );
}

/** How often each was looked at, in the order of the ids. Each stands among them once. */
export async function findViews(
  database: Pick<Database, 'query'>,
  kind: TargetKind,
  targetIds: readonly string[],
): Promise<Map<string, number>> {
  const ids = bigintArray(targetIds);
  const rows = await database.query<{ target_id: string; views: string }>(findViewsSql, [
    kind,
    ids,
    kind,
    ids,
  ]);
  return new Map(rows.map(({ target_id, views }) => [target_id, Number(views)]));
}

/** The statement of `findViews`. */
export const findViewsSql = `
  select target_id, sum(views)::bigint as views from (
    select target_id, views from tracking.counter where kind = ? and target_id = any(?::bigint[])
    union all
    select target_id, views from tracking.counter_total where kind = ? and target_id = any(?::bigint[])) as counted
  group by target_id`;

/** Adds days before `beforeMs` to the totals, at most `limit` rows; resolves to how many. They must not change any more. */
export async function foldDays(
  database: Pick<Database, 'query'>,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const [row] = await database.query<{ folded: string }>(foldDaysSql, [timestamp(beforeMs), limit]);
  return Number(row?.folded ?? 0);
}

/** The statement of `foldDays`. */
export const foldDaysSql = `
  with folded as (
    delete from tracking.counter where ctid = any(array(
      select ctid from tracking.counter where day < (?::timestamptz at time zone 'UTC')::date
      order by day limit ? for update skip locked))
    returning kind, target_id, views),
  summed as (
    insert into tracking.counter_total as total (kind, target_id, views)
    select kind, target_id, sum(views) from folded group by kind, target_id order by kind, target_id
    on conflict (kind, target_id) do update set views = total.views + excluded.views)
  select count(*) as folded from folded`;
