import { Migration } from '@mikro-orm/migrations';
import type { Clock } from '../clock/clock.ts';
import type { Database, DatabaseOptions } from '../engines/database.ts';
import { createInbox, type Inbox, inboxTableSql } from '../events/inbox.ts';
import type { MessageCodec } from '../events/message-codec.ts';
import { createOutbox, type NewEvent, type Outbox, outboxTableSql } from '../events/outbox.ts';
import { type DurableTopic, defineTopic } from '../events/topic.ts';

/** What events of tests carry. */
export interface Thing {
  readonly name: string;
}

/** A codec that is not proto's: bytes that are no JSON cannot be decoded. */
export const thingCodec: MessageCodec<Thing> = {
  encode: (thing) => ({ finish: () => Buffer.from(JSON.stringify(thing)) }),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Thing,
};

export const thingTopic = (name: string): DurableTopic<Thing> =>
  defineTopic({ name, class: 'durable', codec: thingCodec });

export const thingMade = thingTopic('thing.made.v1');

class CreateEventTables extends Migration {
  override up(): void {
    for (const sql of [...outboxTableSql('things'), ...inboxTableSql('things')]) this.addSql(sql);
    // Without a key, so that an effect that is applied twice shows.
    this.addSql(
      'create table things.effect (n bigint generated always as identity, consumer text not null, event_id text not null)',
    );
    this.addSql('create table things.delivery (event_id text not null)');
  }
}

/** A service's schema with an outbox, an inbox and tables of effects and deliveries. */
export const thingsSchema: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'> = {
  schema: 'things',
  entities: [],
  migrations: [CreateEventTables],
};

export interface EventTables {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  /** Writes events in one transaction; resolves to their ids. */
  add(events: readonly NewEvent<Thing>[]): Promise<string[]>;
  /** Fills the outbox with `made-1` to `made-<count>` of thing.made.v1, ten to an aggregate, by one statement. */
  addMany(count: number): Promise<void>;
  /** Applies an event's effect, once for each consumer. */
  applyOnce(consumer: string, eventId: string): Promise<boolean>;
  /** How often each event was applied. */
  effects(): Promise<{ events: number; effects: number }>;
  /** Effects of one consumer, in the order in which they were applied. */
  effectsOf(consumer: string): Promise<string[]>;
  clear(): Promise<void>;
}

/** What the tests of events do with a database of `thingsSchema`. */
export function createEventTables(database: Database, clock: Clock): EventTables {
  let lastEventId = 0;
  const outbox = createOutbox({ schema: 'things', clock, newEventId: () => `thing-${++lastEventId}` });
  const inbox = createInbox({ database, clock });
  return {
    outbox,
    inbox,
    async add(events) {
      const first = lastEventId + 1;
      await database.transaction(async (em) => {
        for (const event of events) await outbox.add(em, event, {});
      });
      return events.map((_, index) => `thing-${first + index}`);
    },
    async addMany(count) {
      const at = new Date(clock.now()).toISOString();
      await database.query(
        `insert into things.outbox
           (event_id, topic, aggregate_id, aggregate_version, occurred_at, due_at, traceparent, payload)
         select 'made-' || n, 'thing.made.v1', 'thing-' || n / 10, n, ?::timestamptz, ?::timestamptz, '',
           convert_to('{"name":"' || n || '"}', 'UTF8')
         from generate_series(1, ${count}) as n`,
        [at, at],
      );
    },
    applyOnce: (consumer, eventId) =>
      inbox.once(consumer, eventId, async (em) => {
        await em.execute('insert into things.effect (consumer, event_id) values (?, ?)', [consumer, eventId]);
      }),
    async effects() {
      const [row] = await database.query<{ events: string; effects: string }>(
        'select count(distinct event_id) as events, count(*) as effects from things.effect',
      );
      return { events: Number(row?.events), effects: Number(row?.effects) };
    },
    async effectsOf(consumer) {
      const rows = await database.query<{ event_id: string }>(
        'select event_id from things.effect where consumer = ? order by n',
        [consumer],
      );
      return rows.map(({ event_id }) => event_id);
    },
    async clear() {
      await database.query('truncate things.outbox, things.inbox, things.effect, things.delivery');
    },
  };
}
