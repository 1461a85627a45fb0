import { hideValues } from './hide-values.ts';

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
 * Mends four things that go wrong silently between kysely and PostgreSQL, in place, for the client's lifetime:
 *
 * - COMMIT of a transaction in which a statement failed (and whose error somebody swallowed) is answered ROLLBACK,
 *   without an error. Unguarded, the caller would acknowledge what was not written.
 * - kysely keeps a pool slot for ever when `begin` fails on it.
 * - The same when `rollback` fails, which happens to every transaction that was open while the server restarted.
 * - Errors carry the values of the row at fault, and the ORM copies them, so they would come into the logs.
 */
export function guardSession(client: SessionClient): void {
  const query = client.query.bind(client);

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
    if (sql === 'commit') {
      const result = await run(args);
      if (result.command !== 'ROLLBACK') return result;
      throw new CommitRolledBack(
        'The transaction was rolled back, because one of its statements had failed.',
      );
    }
    if (sql === 'rollback') {
      return run(args).catch(() => {
        client.end();
        return { command: 'ROLLBACK' };
      });
    }
    if (sql === 'begin' || sql.startsWith('start transaction')) {
      return run(args).catch((error: unknown) => {
        client.release(true);
        throw error;
      });
    }
    return run(args);
  }
}
