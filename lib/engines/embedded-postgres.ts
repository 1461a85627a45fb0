import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { createPostgreSqlTypeParsers, PostgreSqlPlatform } from '@mikro-orm/postgresql';
import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { type Clock, systemClock } from '../clock/clock.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { createSessionGate, type SessionGate } from './session-gate.ts';
import { guardSession, type SessionClient } from './session-guard.ts';
import { createStaleKeyNotices, type StaleKeyListener } from './stale-key-notices.ts';

export interface EmbeddedPostgresOptions {
  /** Holds the database in its folder `postgres`. Without it the database lives in memory, for tests. */
  dataDir?: string;
  /** A dump of an empty one that a new one begins as: to make one takes seconds. Default: it is made. */
  emptyCluster?: Blob;
  /** Longest wait for the one session. Default 10,000 ms. */
  maxWaitMs?: number;
  /** Statements and transactions that may wait for it at once. Default 10,000. */
  maxWaiting?: number;
  clock?: Clock;
}

/** One PostgreSQL inside this process, shared by the ORMs of all its services. */
export interface EmbeddedPostgres {
  /** What one ORM talks through; `listener` is told of what its commits make stale. Its `destroy` leaves the database open. */
  dialect(listener?: StaleKeyListener): Dialect;
  /** Closes the database and gives the data directory free. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens PGlite, after taking the owner lock of `dataDir` (throws `DataDirectoryOwned`).
 *
 * Durability: PGlite writes its WAL to the file before it acknowledges a commit, so a killed process loses nothing
 * that was acknowledged. It never calls fsync (its file system has none): a power cut can lose the last seconds, or
 * the database. Data of value belongs into a PostgreSQL server.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const { dataDir, emptyCluster, maxWaitMs = 10_000, maxWaiting = 10_000, clock = systemClock } = options;
  const lock = dataDir === undefined ? undefined : takeOwnerLock(dataDir);
  const settings: PGliteOptions = { parsers: createParsers(), extensions: { pg_trgm } };
  try {
    const pglite = await (dataDir === undefined
      ? PGlite.create({ ...settings, ...(emptyCluster && { loadDataDir: emptyCluster }) })
      : openFolder(dataDir, settings));
    const gate = createSessionGate({ clock, maxWaitMs, maxWaiting });
    return {
      dialect: (listener) => createDialect(pglite, gate, listener),
      async close() {
        if (!pglite.closed) await pglite.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** A folder made by a process that was killed half-way could never be opened, so a new one is moved in when complete. */
async function openFolder(dataDir: string, settings: PGliteOptions): Promise<PGlite> {
  const folder = join(dataDir, 'postgres');
  if (!existsSync(folder)) {
    const draft = `${folder}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    await (await PGlite.create({ dataDir: draft })).close();
    renameSync(draft, folder);
  }
  return PGlite.create({ ...settings, dataDir: folder });
}

/** Rows must look as they do from `pg`, so that no caller can tell the engines apart. */
function createParsers(): NonNullable<PGliteOptions['parsers']> {
  const platform = new PostgreSqlPlatform();
  const int8Oid = 20;
  const byteaOid = 17;
  return {
    ...createPostgreSqlTypeParsers((value: string) => platform.unmarshallArray(value)),
    // PGlite's own parser gives a number or a bigint, by size.
    [int8Oid]: (text: string) => text,
    [byteaOid]: (text: string) => Buffer.from(text.slice(2), 'hex'),
  };
}

/**
 * kysely's PostgreSQL dialect over a pool of one. Whoever has a connection has the session, for one statement or one
 * whole transaction, and everybody else waits at the gate. kysely's own PGlite driver keeps the open transaction on a
 * connection object that all callers share, and knows neither isolation levels nor a bound on the wait.
 */
function createDialect(pglite: PGlite, gate: SessionGate, listener: StaleKeyListener | undefined): Dialect {
  return new PostgresDialect({
    pool: {
      options: {},
      end: () => Promise.resolve(),
      connect: async () => createClient(pglite, await gate.enter(), listener),
    },
  });
}

function createClient(
  pglite: PGlite,
  leave: () => void,
  listener: StaleKeyListener | undefined,
): PostgresPoolClient {
  const staleKeys = listener && createStaleKeyNotices(listener);
  const options = staleKeys && { onNotice: staleKeys.heard };
  let released = false;
  const client: SessionClient = {
    async query(sql, parameters = []) {
      if (released) throw new Error('This connection of the embedded database has been released.');
      // The simple protocol, as `pg` speaks it without parameters (the ORM sends none): one message instead of six.
      const results =
        parameters.length === 0
          ? await pglite.exec(sql, options)
          : [await pglite.query(sql, [...parameters], options)];
      return results.at(-1) ?? { command: '', rows: [], rowCount: 0 };
    },
    release() {
      if (released) return;
      released = true;
      if (pglite.closed || !pglite.isInTransaction()) leave();
      else void pglite.exec('rollback').finally(leave);
    },
    end() {},
  };
  guardSession(client, staleKeys);
  // PGlite's result has the fields that kysely reads, under a wider type.
  return client as unknown as PostgresPoolClient;
}
