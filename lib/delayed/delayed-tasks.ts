import type { EntityManager } from '@mikro-orm/postgresql';

/** What is to be done, and when. */
export interface ScheduledTask {
  /** One of a fixed few: it chooses the handler, and failures are counted by it. */
  readonly kind: string;
  /** What it is about; there is one task of a kind and key. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly dueMs: number;
}

/** A task as its handler gets it. */
export interface DelayedTask extends ScheduledTask {
  /** From 1; after a process that died the number is the same again. */
  readonly attempt: number;
  /** Epoch milliseconds after which the handler has failed. */
  readonly deadlineMs: number;
  readonly id: string;
  /** The lease's number; another one means that the task was moved, or that somebody else has it. */
  readonly claims: number;
}

/**
 * Things that a service does later, kept in its database: they survive a restart, and are done by whichever process
 * runs the service's tasks. Each method belongs into the transaction of the change.
 *
 * A task is done at least once: a process that dies after a handler's effect and before its row is gone has another
 * one call the handler again, as has a handler that ends after its deadline. A handler whose effect must not come twice
 * calls `complete` first, in the transaction of the effect.
 */
export interface DelayedTasks {
  /**
   * Has the task done at `dueMs`. Where there is one of its kind and key, it is moved, with no attempts before it; a
   * handler that is at it meanwhile does not delete it. @throws RangeError where `dueMs` is no time.
   */
  schedule(em: EntityManager, task: ScheduledTask): Promise<void>;
  /** False where there is none. A handler that is at it meanwhile finds that `complete` fails. */
  cancel(em: EntityManager, kind: string, key: string): Promise<boolean>;
  /**
   * Ends the task in the transaction of its effect, for a handler. False where it was moved, cancelled, ended or taken
   * by somebody else meanwhile: then the handler does nothing.
   */
  complete(em: EntityManager, task: Pick<DelayedTask, 'id' | 'claims'>): Promise<boolean>;
}

export interface DelayedTasksOptions {
  /** Its table `delayed_task` is that of `delayedTaskTableSql`. */
  readonly schema: string;
  /** Told of each task before its transaction commits: a runner's `add`. */
  readonly onScheduled?: (task: ScheduledTask) => void;
}

/**
 * The table of tasks that are not done yet, for a service's migration.
 *
 * `due_at` is when the task was to be done; `take_at` when its row may be taken next: at first the same, later the end
 * of a runner's lease or the time of the next attempt. `claims` counts how often the row was taken or moved, and fences
 * off whoever took it before that. `id` keeps that true for a row that was deleted and written again.
 */
export function delayedTaskTableSql(schema: string): string[] {
  const table = `"${schema}"."delayed_task"`;
  return [
    `create table ${table} (
      id bigint generated always as identity primary key,
      kind text not null,
      key text not null,
      due_at timestamptz not null,
      take_at timestamptz not null,
      claims integer not null default 0,
      attempts integer not null default 0,
      last_error text,
      unique (kind, key)
    )`,
    `create index delayed_task_take_at on ${table} (take_at, id)`,
    `create index delayed_task_due_at on ${table} (due_at)`,
  ];
}

export function createDelayedTasks({ schema, onScheduled }: DelayedTasksOptions): DelayedTasks {
  const table = `"${schema}"."delayed_task"`;
  return {
    async schedule(em, task) {
      const at = new Date(task.dueMs).toISOString();
      await em.execute(
        `insert into ${table} as task (kind, key, due_at, take_at) values (?, ?, ?::timestamptz, ?::timestamptz)
         on conflict (kind, key) do update set due_at = excluded.due_at, take_at = excluded.take_at,
           claims = task.claims + 1, attempts = 0, last_error = null`,
        [task.kind, task.key, at, at],
      );
      onScheduled?.(task);
    },
    async cancel(em, kind, key) {
      const rows = await em.execute<object[]>(
        `delete from ${table} where kind = ? and key = ? returning id`,
        [kind, key],
      );
      return rows.length > 0;
    },
    async complete(em, { id, claims }) {
      const rows = await em.execute<object[]>(
        `delete from ${table} where id = ? and claims = ? returning id`,
        [id, claims],
      );
      return rows.length > 0;
    },
  };
}
