import { epochMs, type OutboxDatabase, tableOf, timestamp } from './outbox-rows.ts';

/** Which dead letters of an outbox; nothing means all. */
export interface DeadLetters {
  readonly topic?: string | undefined;
  readonly eventIds?: readonly string[] | undefined;
  /** At most so many, oldest first. Default 1,000. */
  readonly limit?: number;
}

/** What a person needs to judge a dead letter by. No payload: that may be about customers. */
export interface DeadLetter {
  readonly eventId: string;
  readonly topic: string;
  readonly reason: string;
  readonly deadAt: Date;
}

const DEFAULT_DEAD_LETTERS = 1_000;

/**
 * Makes dead letters pending again, with all their attempts before them, where their event is younger than `withinMs`:
 * a consumer may have forgotten an older one. Resolves to how many.
 */
export async function redriveRows(
  database: OutboxDatabase,
  letters: DeadLetters,
  { nowMs, withinMs }: { nowMs: number; withinMs: number },
): Promise<number> {
  const table = tableOf(database);
  const { condition, parameters } = chosen(letters);
  const rows = await database.query(
    `update ${table} set state = 'pending', dead_at = null, attempts = 0, due_at = 'epoch'
     where id in (
       select id from ${table} where occurred_at > ?::timestamptz and ${condition} for update skip locked)
     returning id`,
    [timestamp(nowMs - withinMs), ...parameters],
  );
  return rows.length;
}

/** Deletes dead letters: they are never sent. Resolves to how many. */
export async function discardRows(database: OutboxDatabase, letters: DeadLetters): Promise<number> {
  const table = tableOf(database);
  const { condition, parameters } = chosen(letters);
  const rows = await database.query(
    `delete from ${table} where id in (select id from ${table} where ${condition} for update skip locked)
     returning id`,
    parameters,
  );
  return rows.length;
}

/** Oldest first. */
export async function listDeadRows(database: OutboxDatabase, letters: DeadLetters): Promise<DeadLetter[]> {
  const { condition, parameters } = chosen(letters);
  const rows = await database.query<{ event_id: string; topic: string; reason: string; dead_ms: string }>(
    `select event_id, topic, coalesce(last_error, '') as reason, ${epochMs('dead_at')} as dead_ms
     from ${tableOf(database)} where ${condition}`,
    parameters,
  );
  return rows.map(({ event_id: eventId, topic, reason, dead_ms }) => {
    return { eventId, topic, reason, deadAt: new Date(Number(dead_ms)) };
  });
}

function chosen({ topic, eventIds, limit = DEFAULT_DEAD_LETTERS }: DeadLetters) {
  const ids = eventIds ? JSON.stringify(eventIds) : null;
  return {
    condition: `state = 'dead' and (?::text is null or topic = ?)
      and (?::jsonb is null or event_id in (select jsonb_array_elements_text(?::jsonb)))
      order by id limit ?`,
    parameters: [topic ?? null, topic ?? null, ids, ids, limit],
  };
}
