import { hideValues } from './hide-values.ts';
import type { StaleKeyNotices } from './stale-key-notices.ts';

/** What kysely uses of a checked-out `pg` client. */
export interface SessionClient {
  query(sql: string, parameters?: readonly unknown[]): Promise<{ command?: string }>;
  release(destroy?: boolean): void;
  end(): unknown;
}

/** The transaction had failed before its commit, so PostgreSQL rolled it back and said so only in passing. */
export class CommitRolledBack extends Error {
  override readonly name = 'CommitRolledBack';
}

/**
 * Mends four things that go wrong silently between kysely and PostgreSQL, in place, for the client's lifetime, and tells
 * what commits have made stale:
 *
 * - COMMIT of a transaction in which a statement failed (and whose error somebody swallowed) is answered ROLLBACK,
 *   without an error. Unguarded, the caller would acknowledge what was not written.
 * - kysely keeps a pool slot for ever when `begin` fails on it.
 * - The same when `rollback` fails, which happens to every transaction that was open while the server restarted.
 * - Errors carry the values of the row at fault, and the ORM copies them, so they would come into the logs.
 * - `staleKeys`, which hears the notices of the session, learns which of them became true: those of a transaction with
 *   its COMMIT, those of a statement outside of one with its end. Whoever sent that waits until they were told. Keys of a
 *   savepoint that was rolled back are told with the rest: to delete too much harms nobody.
 */
export function guardSession(client: SessionClient, staleKeys?: StaleKeyNotices): void {
  const query = client.query.bind(client);
  let isInTransaction = false;

  async function run(args: Parameters<SessionClient['query']>): Promise<{ command?: string }> {
    try {
      return await query(...args);
    } catch (error) {
      hideValues(error);
      throw error;
    }
  }

  client.query = (...args) => {
    // A streaming cursor comes as an object, and is not a promise.
    if (typeof args[0] !== 'string') return query(...args);
    return guarded(args);
  };

  async function guarded(args: Parameters<SessionClient['query']>): Promise<{ command?: string }> {
    const [sql] = args;
    if (sql === 'commit') return commit(args);
    if (sql === 'rollback') {
      end();
      return run(args).catch(() => {
        client.end();
        return { command: 'ROLLBACK' };
      });
    }
    if (sql === 'begin' || sql.startsWith('start transaction')) {
      isInTransaction = true;
      return run(args).catch((error: unknown) => {
        end();
        client.release(true);
        throw error;
      });
    }
    return isInTransaction ? run(args) : autocommit(args);
  }

  async function commit(args: Parameters<SessionClient['query']>): Promise<{ command?: string }> {
    // An error leaves open what became of it; then kysely rolls back, and the sweeper finds what was committed.
    const result = await run(args);
    if (result.command === 'ROLLBACK') {
      end();
      throw new CommitRolledBack(
        'The transaction was rolled back, because one of its statements had failed.',
      );
    }
    isInTransaction = false;
    await staleKeys?.committed();
    return result;
  }

  async function autocommit(args: Parameters<SessionClient['query']>): Promise<{ command?: string }> {
    try {
      const result = await run(args);
      await staleKeys?.committed();
      return result;
    } catch (error) {
      staleKeys?.rolledBack();
      throw error;
    }
  }

  /** Nothing of the transaction was written. */
  function end(): void {
    isInTransaction = false;
    staleKeys?.rolledBack();
  }
}
