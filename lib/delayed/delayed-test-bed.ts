import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { Database, DatabaseOptions } from '../engines/database.ts';
import { delayedTaskTableSql } from './delayed-tasks.ts';

class CreateDelayedTable extends Migration {
  override up(): void {
    for (const sql of delayedTaskTableSql('later')) this.addSql(sql);
    // Without a key, so that an effect that comes twice shows.
    this.addSql('create table later.effect (key text not null, runner text not null)');
  }
}

/** A service's schema with a table of delayed tasks, and one of their effects. */
export const laterSchema: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'> = {
  schema: 'later',
  entities: [],
  migrations: [CreateDelayedTable],
};

/** A database that knows when nobody waits for it, so that virtual time can stand still until then. */
export interface WatchedDatabase extends Pick<Database, 'schema' | 'query' | 'transaction'> {
  /** Rows of the largest answer so far. */
  readonly mostRows: number;
  /** Moves time in small steps, each after all that the last one began has ended. */
  pass(clock: VirtualClock, ms: number, stepMs?: number): Promise<void>;
  /** Counts other work as under way until it ends. */
  watch<Result>(work: Promise<Result>): Promise<Result>;
  /** Until nothing is under way. */
  quiet(): Promise<void>;
}

/** Between two queries a runner takes fewer turns of the event loop than this. */
const IDLE_TURNS = 3;

export function watchDatabase(database: Database): WatchedDatabase {
  let underWay = 0;
  let mostRows = 0;
  async function watch<Result>(work: Promise<Result>): Promise<Result> {
    underWay++;
    try {
      return await work;
    } finally {
      underWay--;
    }
  }
  async function quiet() {
    for (let idleTurns = 0; idleTurns < IDLE_TURNS; idleTurns = underWay > 0 ? 0 : idleTurns + 1)
      await turn();
  }
  return {
    schema: database.schema,
    get mostRows() {
      return mostRows;
    },
    async query<Row extends object>(sql: string, parameters?: readonly unknown[]) {
      const rows = await watch(database.query<Row>(sql, parameters));
      mostRows = Math.max(mostRows, rows.length);
      return rows;
    },
    transaction: (work, budget) => watch(database.transaction(work, budget)),
    watch,
    quiet,
    async pass(clock, ms, stepMs = 50) {
      assert.equal(ms % stepMs, 0);
      await quiet();
      for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
        await clock.advance(stepMs);
        await quiet();
      }
    },
  };
}

/** Writes `count` tasks `task-1` … of one time by one statement. */
export async function addTasks(
  database: Pick<Database, 'query'>,
  count: number,
  dueMs: number,
): Promise<void> {
  const at = new Date(dueMs).toISOString();
  await database.query(
    `insert into later.delayed_task (kind, key, due_at, take_at)
     select 'ring', 'task-' || n, ?::timestamptz, ?::timestamptz from generate_series(1, ${count}) as n`,
    [at, at],
  );
}

export const writeEffect = (em: EntityManager, key: string, runner: string) =>
  em.execute('insert into later.effect (key, runner) values (?, ?)', [key, runner]);

export async function readEffects(
  database: Pick<Database, 'query'>,
): Promise<{ keys: number; effects: number }> {
  const [row] = await database.query<{ keys: string; effects: string }>(
    'select count(distinct key) as keys, count(*) as effects from later.effect',
  );
  return { keys: Number(row?.keys), effects: Number(row?.effects) };
}
