import { bigintArray } from '../engines/bigint-array.ts';
import type { Database } from '../engines/database.ts';
import type { DelayedTask, ScheduledTask } from './delayed-tasks.ts';

/** What the statements below need of a database. */
export type TaskDatabase = Pick<Database, 'schema' | 'query'>;

/** A task that stays: it failed, or was not worked on. */
export interface PutBack {
  readonly task: DelayedTask;
  /** Of the attempt that failed; without one there was none, and the task may be taken at once. */
  readonly failure?: { readonly reason: string; readonly nextAttemptMs: number };
}

/** Where a page ended. */
export interface PageEnd {
  readonly takeMs: number;
  readonly id: string;
}

interface ComingRow {
  id: string;
  kind: string;
  key: string;
  take_ms: string;
}

interface ClaimedRow {
  id: string;
  kind: string;
  key: string;
  claims: number;
  attempts: number;
  due_ms: string;
}

const tableOf = ({ schema }: TaskDatabase) => `"${schema}"."delayed_task"`;
const timestamp = (ms: number) => new Date(ms).toISOString();
const epochMs = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

/** Said again beside a list in JSON: of how long that is a plan knows nothing, and would read the whole table. */
const idsOf = (given: readonly { id: string }[]) => bigintArray(given.map(({ id }) => id));

/** A page of what may be taken after `afterMs` and until `untilMs`, the next first, each with that time as `dueMs`. */
export async function readComing(
  database: TaskDatabase,
  { after, untilMs, limit }: { after: PageEnd; untilMs: number; limit: number },
): Promise<{ tasks: ScheduledTask[]; end: PageEnd | undefined }> {
  const rows = await database.query<ComingRow>(
    `select id, kind, key, ${epochMs('take_at')} as take_ms from ${tableOf(database)}
     where (take_at, id) > (?::timestamptz, ?::bigint) and take_at <= ?::timestamptz
     order by take_at, id limit ?`,
    [timestamp(after.takeMs), after.id, timestamp(untilMs), limit],
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    tasks: rows.map(({ kind, key, take_ms }) => ({ kind, key, dueMs: Number(take_ms) })),
    end: last && { takeMs: Number(last.take_ms), id: String(last.id) },
  };
}

/**
 * Takes what is due of these kinds, at most `limit` rows, until `leaseEndMs`. Runners that ask at once get different
 * rows, and none waits for another. Times are of the runners' clocks, not the database's: where these differ, a lease
 * ends early and a task is done twice at the same time.
 */
export async function claimTasks(
  database: TaskDatabase,
  claim: { kinds: readonly string[]; nowMs: number; deadlineMs: number; leaseEndMs: number; limit: number },
): Promise<DelayedTask[]> {
  const table = tableOf(database);
  const { kinds, nowMs, deadlineMs, leaseEndMs, limit } = claim;
  // Not `kind in`: a plan without statistics takes that for rare, and would sort all that is due for each few rows.
  const placeholders = kinds.map(() => '?::text').join(', ');
  const rows = await database.query<ClaimedRow>(
    `with due as (
       select id from ${table}
       where take_at <= ?::timestamptz and array_position(array[${placeholders}], kind) is not null
       order by take_at, id limit ? for update skip locked)
     update ${table} as task set take_at = ?::timestamptz, claims = claims + 1
     from due where task.id = due.id
     returning task.id, kind, key, claims, attempts, ${epochMs('due_at')} as due_ms`,
    [timestamp(nowMs), ...kinds, limit, timestamp(leaseEndMs)],
  );
  // `returning` keeps no order.
  return rows
    .map(({ id, kind, key, claims, attempts, due_ms }) => {
      return { id: String(id), kind, key, claims, attempt: attempts + 1, dueMs: Number(due_ms), deadlineMs };
    })
    .sort((a, b) => a.dueMs - b.dueMs);
}

/** Deletes what was done, but not what was moved or taken by somebody else meanwhile. */
export async function deleteTasks(database: TaskDatabase, tasks: readonly DelayedTask[]): Promise<void> {
  if (tasks.length === 0) return;
  const given = tasks.map(({ id, claims }) => ({ id, claims }));
  await database.query(
    `delete from ${tableOf(database)} as task
     using jsonb_to_recordset(?::jsonb) as given (id bigint, claims integer)
     where task.id = any(?::bigint[]) and task.id = given.id and task.claims = given.claims`,
    [JSON.stringify(given), idsOf(given)],
  );
}

/** Ends leases, and notes failures; not of what was moved or taken by somebody else meanwhile. */
export async function putBackTasks(database: TaskDatabase, putBacks: readonly PutBack[]): Promise<void> {
  if (putBacks.length === 0) return;
  const given = putBacks.map(({ task: { id, claims, dueMs }, failure }) => ({
    id,
    claims,
    reason: failure?.reason ?? null,
    take_at: timestamp(failure?.nextAttemptMs ?? dueMs),
  }));
  await database.query(
    `update ${tableOf(database)} as task set take_at = given.take_at,
       attempts = attempts + (given.reason is not null)::integer, last_error = coalesce(given.reason, last_error)
     from jsonb_to_recordset(?::jsonb) as given (id bigint, claims integer, reason text, take_at timestamptz)
     where task.id = any(?::bigint[]) and task.id = given.id and task.claims = given.claims`,
    [JSON.stringify(given), idsOf(given)],
  );
}

/** Epoch milliseconds at which the task was to be done that should be done first; of all kinds. */
export async function readOldestDueMs(database: TaskDatabase): Promise<number | undefined> {
  const [row] = await database.query<{ due_ms: string | null }>(
    `select ${epochMs('min(due_at)')} as due_ms from ${tableOf(database)}`,
  );
  return row?.due_ms == null ? undefined : Number(row.due_ms);
}
