import { type Clock, sleep } from '../clock/clock.ts';
import { bigintArray } from '../engines/bigint-array.ts';
import type { Database } from '../engines/database.ts';
import type { ServiceTask } from '../service/service-task.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { StaleKeyDeleter } from './delete-stale-keys.ts';

export interface StaleKeySweeperOptions {
  /** It has the table of `staleKeysSql`. */
  readonly database: Pick<Database, 'query' | 'schema'>;
  readonly deleter: Pick<StaleKeyDeleter, 'attempt'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** From 0 up to 1; spreads the sweepers of several processes. */
  readonly random?: () => number;
  /** A younger mark waits, by the clock of the database. Default: 2 seconds. */
  readonly minAgeMs?: number;
}

/** How long a crash between a commit and its delete is seen, at most: this, the least age of a mark, and a sweep. */
const SWEEP_EVERY_MS = 500;
const MIN_AGE_MS = 2_000;
/** While the store is away. Its client may need a second to connect, and 5 s after its return nothing may be stale. */
const MAX_PAUSE_MS = 2_000;
const MAX_ROWS = 500;
const COUNT_EVERY_MS = 5_000;
const MAX_COUNTED_ROWS = 10_000;

interface StaleKeyRow {
  readonly id: string;
  readonly key: string;
  readonly written_ms: string;
}

/**
 * Deletes once more whatever a committed transaction has marked as stale, and then its mark: heals the crash of a
 * process between its commit and its delete. It comes seconds later, because a server of Redis passes a delete on to its
 * replica after it has answered: a failover in between brings the old value back, for a whole lifetime. By now the
 * replica has the first delete, or the server is gone, this one fails, and the mark waits for the next. A mark is read
 * only when its transaction has committed, so a reader who takes a lease after this delete sees what was written. Exactly
 * the rows that were read are deleted, for ids are given out before the commit and a lower one may show up later. Several
 * may sweep at once: they do the same work twice.
 */
export function sweepsStaleKeys(options: StaleKeySweeperOptions): ServiceTask {
  const { database, deleter, clock, logger, metrics } = options;
  const { random = Math.random, minAgeMs = MIN_AGE_MS } = options;
  const table = `"${database.schema}"."stale_key"`;
  const gauges = createGauges(metrics, database.schema);
  let countedAtMs = Number.NEGATIVE_INFINITY;

  async function sweep(): Promise<'more' | 'idle' | 'away'> {
    const rows = await database.query<StaleKeyRow>(
      `select id, key, floor(extract(epoch from written_at) * 1000)::bigint as written_ms
       from ${table} where written_at <= clock_timestamp() - interval '${minAgeMs} ms' order by id limit ${MAX_ROWS}`,
    );
    await countMarks();
    if (rows.length === 0) return 'idle';
    const keys = [...new Set(rows.map(({ key }) => key))];
    const writtenAtMs = Math.min(...rows.map(({ written_ms }) => Number(written_ms)));
    if (!(await deleter.attempt(keys, writtenAtMs))) return 'away';
    await database.query(`delete from ${table} where id = any(?::bigint[])`, [
      bigintArray(rows.map(({ id }) => id)),
    ]);
    return rows.length === MAX_ROWS ? 'more' : 'idle';
  }

  async function countMarks(): Promise<void> {
    if (clock.now() - countedAtMs < COUNT_EVERY_MS) return;
    countedAtMs = clock.now();
    try {
      const [state] = await database.query<{ waiting: string; oldest_seconds: string | null }>(
        `select (select count(*) from (select from ${table} limit ${MAX_COUNTED_ROWS}) as counted) as waiting,
           (select extract(epoch from clock_timestamp() - written_at) from ${table} order by id limit 1) as oldest_seconds`,
      );
      gauges.set(Number(state?.waiting ?? 0), Math.max(0, Number(state?.oldest_seconds ?? 0)));
    } catch (error) {
      // Nothing but the gauges depends on it.
      logger.warn({ err: error, schema: database.schema }, 'marks of stale keys not counted');
    }
  }

  return {
    name: 'sweep stale keys',
    async run(signal) {
      let pauseMs = SWEEP_EVERY_MS;
      while (!signal.aborted) {
        const next = await sweep();
        if (next === 'more') continue;
        // The store came back, or went away.
        if (next === 'away') {
          if (pauseMs === SWEEP_EVERY_MS)
            logger.warn({ schema: database.schema }, 'stale keys cannot be deleted');
          pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        } else pauseMs = SWEEP_EVERY_MS;
        await sleep(clock, pauseMs * (0.5 + random() / 2), signal);
      }
    },
  };
}

function createGauges(metrics: Metrics, schema: string) {
  const oldest = metrics.gauge({
    name: 'tiffin_cache_oldest_stale_key_seconds',
    help: 'Age of the oldest mark of a stale key that was not swept yet.',
    labelNames: ['schema'],
  });
  const waiting = metrics.gauge({
    name: 'tiffin_cache_stale_keys_waiting',
    help: `Marks of stale keys that were not swept yet, counted up to ${MAX_COUNTED_ROWS}.`,
    labelNames: ['schema'],
  });
  return {
    set(count: number, oldestSeconds: number) {
      oldest.set({ schema }, oldestSeconds);
      waiting.set({ schema }, count);
    },
  };
}
