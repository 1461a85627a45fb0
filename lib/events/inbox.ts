import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
import type { Database, WorkBudget } from '../engines/database.ts';
import { INBOX_RETENTION_MS } from './retention.ts';

/** What a consumer has seen, in the schema where its effects are. */
export interface Inbox {
  /**
   * Runs `work` in a transaction unless this consumer has seen the event; true when it ran. The note that it has seen
   * it commits with the effects, or neither does.
   */
  once(
    consumer: string,
    eventId: string,
    work: (em: EntityManager) => Promise<void>,
    budget?: WorkBudget,
  ): Promise<boolean>;
  /** Forgets what is older than `INBOX_RETENTION_MS`, in small statements; a task calls it. Resolves to how many rows. */
  forget(signal?: AbortSignal): Promise<number>;
}

export interface InboxOptions {
  /** Its schema holds the table of `inboxTableSql`. */
  readonly database: Pick<Database, 'schema' | 'query' | 'transaction'>;
  readonly clock: Clock;
}

/** A few milliseconds each, so that no consumer waits for the clean-up. */
const FORGET_ROWS = 1_000;
/** One call ends although rows arrive as fast as it deletes them. */
const FORGET_STATEMENTS = 1_000;

/** The table of seen events, for a service's migration. */
export function inboxTableSql(schema: string): string[] {
  const table = `"${schema}"."inbox"`;
  return [
    `create table ${table} (
      consumer text not null,
      event_id text not null,
      seen_at timestamptz not null,
      primary key (consumer, event_id)
    )`,
    `create index inbox_seen_at on ${table} (seen_at)`,
  ];
}

export function createInbox({ database, clock }: InboxOptions): Inbox {
  const table = `"${database.schema}"."inbox"`;
  return {
    once: (consumer, eventId, work, budget) =>
      database.transaction(async (em) => {
        // A twin that is under way holds this up until it has ended; after its rollback the row is ours.
        const inserted = await em.execute<object[]>(
          `insert into ${table} (consumer, event_id, seen_at) values (?, ?, ?::timestamptz)
           on conflict do nothing returning consumer`,
          [consumer, eventId, new Date(clock.now()).toISOString()],
        );
        if (inserted.length === 0) return false;
        await work(em);
        return true;
      }, budget),
    async forget(signal) {
      const before = new Date(clock.now() - INBOX_RETENTION_MS).toISOString();
      let forgotten = 0;
      for (let statement = 0; statement < FORGET_STATEMENTS && !signal?.aborted; statement++) {
        const rows = await database.query(
          `delete from ${table} where (consumer, event_id) in (
             select consumer, event_id from ${table} where seen_at < ?::timestamptz
             order by seen_at limit ${FORGET_ROWS} for update skip locked)
           returning consumer`,
          [before],
        );
        forgotten += rows.length;
        if (rows.length < FORGET_ROWS) break;
      }
      return forgotten;
    },
  };
}
