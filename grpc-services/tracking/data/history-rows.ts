import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { timestamp } from './timestamp.ts';
import { maxHistoryEntries, type Seen, type TargetKind } from './view.ts';

/** A user with all that Redis knows of them. */
export interface UserHistory {
  readonly userId: string;
  readonly seen: readonly Seen[];
}

/** Writes what is newer than the rows, and keeps the latest hundred of each user. Each user stands among them once. */
export async function saveHistories(
  database: Pick<Database, 'query'>,
  histories: readonly UserHistory[],
): Promise<void> {
  if (histories.length === 0) return;
  const { sql, parameters } = saveHistoriesSql(histories);
  await database.query(sql, parameters);
}

/**
 * The statement of `saveHistories`. A row is either written or deleted, never both. Rows are written in one order, so that
 * two who write the same users wait for each other at most.
 */
export function saveHistoriesSql(histories: readonly UserHistory[]) {
  const looks = histories.flatMap(({ userId, seen }) => seen.map((look) => ({ userId, ...look })));
  return {
    sql: `
      with given as (
        select * from unnest(?::bigint[], ?::smallint[], ?::bigint[], ?::timestamptz[])
          as given (user_id, kind, target_id, at)),
      ranked as (
        select user_id, kind, target_id, max(at) as at, bool_or(is_given) as is_given, row_number() over (
          partition by user_id order by max(at) desc, kind desc, target_id desc) as place
        from (
          select user_id, kind, target_id, at, true as is_given from given
          union all
          select user_id, kind, target_id, at, false from tracking.history where user_id = any(?::bigint[])) as known
        group by user_id, kind, target_id),
      pruned as (
        delete from tracking.history as old using ranked
        where ranked.place > ? and old.user_id = ranked.user_id and old.kind = ranked.kind
          and old.target_id = ranked.target_id)
      insert into tracking.history as kept (user_id, kind, target_id, at)
      select user_id, kind, target_id, at from ranked where place <= ? and is_given
      order by user_id, kind, target_id
      on conflict (user_id, kind, target_id) do update set at = excluded.at where kept.at < excluded.at`,
    parameters: [
      bigintArray(looks.map(({ userId }) => userId)),
      bigintArray(looks.map(({ kind }) => kind)),
      bigintArray(looks.map(({ targetId }) => targetId)),
      `{${looks.map(({ atMs }) => timestamp(atMs)).join(',')}}`,
      bigintArray(histories.map(({ userId }) => userId)),
      maxHistoryEntries,
      maxHistoryEntries,
    ],
  };
}

/** What the database knows of each user, in no order; one list for each user, in their order. */
export async function findHistories(
  database: Pick<Database, 'query'>,
  userIds: readonly string[],
): Promise<Seen[][]> {
  const rows = await database.query<HistoryRow>(findHistoriesSql, [bigintArray([...new Set(userIds)])]);
  const byUser = Map.groupBy(rows, ({ user_id }) => user_id);
  return userIds.map((userId) => (byUser.get(userId) ?? []).map(toSeen));
}

/** The statement of `findHistories`. A user has a hundred rows, a few more while two write at once. */
export const findHistoriesSql = `
  select user_id, kind, target_id, (extract(epoch from at) * 1000)::bigint as at_ms
  from tracking.history where user_id = any(?::bigint[])`;

interface HistoryRow {
  readonly user_id: string;
  readonly kind: TargetKind;
  readonly target_id: string;
  /** A bigint is text. */
  readonly at_ms: string;
}

const toSeen = ({ kind, target_id, at_ms }: HistoryRow): Seen => ({
  kind,
  targetId: target_id,
  atMs: Number(at_ms),
});
