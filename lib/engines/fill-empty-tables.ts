import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from './database.ts';

/** A server's statement time-out would also end the wait for whoever fills the tables now. */
const maxFillMs = 30_000;

/**
 * Fills tables that hold nothing yet, all or nothing. Of several processes that start at once, one fills them and the
 * others wait for it. False where there was anything; then `fill` did not run. Names are schema-qualified SQL.
 */
export function fillEmptyTables(
  database: Database,
  tables: readonly [string, ...string[]],
  fill: (em: EntityManager) => Promise<void>,
): Promise<boolean> {
  return database.transaction(async (em) => {
    await em.execute(`set local statement_timeout = ${maxFillMs}`);
    await em.execute(`lock table ${tables[0]} in share row exclusive mode`);
    const conditions = tables.map((table) => `exists (select from ${table})`);
    const [answer] = await em.execute<{ has_rows: boolean }[]>(
      `select ${conditions.join(' or ')} as has_rows`,
    );
    if (answer?.has_rows) return false;
    // Nothing of them is cached yet, and to mark each row as stale would take longer than to write it. But a process that
    // serves already may have noted that there is nothing, and says so for another minute: a demo can bear that.
    await em.execute("set local tiffin.filling = 'on'");
    await fill(em);
    return true;
  });
}
