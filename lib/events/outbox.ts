import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
import type { Span } from '../telemetry/span.ts';
import { encodeEvent, type NewEvent as NewEventOf } from './new-event.ts';

export type NewEvent<Payload> = NewEventOf<Payload, 'durable'>;

/** Writes events into the transaction that `em` is: they are told if, and only if, that commits. */
export interface Outbox {
  /** Called in the transaction of the change. Resolves to the event's id. @throws RangeError as `encodeEvent` does. */
  add<Payload>(
    em: EntityManager,
    event: NewEvent<Payload>,
    context: { readonly span?: Pick<Span, 'traceparent'> | undefined },
  ): Promise<string>;
}

export interface OutboxOptions {
  /** Its table `outbox` is that of `outboxTableSql`. */
  readonly schema: string;
  readonly clock: Clock;
  /** Unique among all events of all services. */
  readonly newEventId: () => Promise<string> | string;
  /** Told of each event before its transaction commits: a relay's `wake`. */
  readonly onAdded?: () => void;
}

/**
 * The table of events that are not sent yet, for a service's migration. Sent events are deleted; dead letters stay
 * until somebody redrives or discards them.
 *
 * `due_at` is when the row may be taken next: the epoch while it is new, so that no clock can hold it up, later the end
 * of a relay's lease or the time of the next attempt. `claims` counts how often it was taken, and fences off a relay
 * whose lease ended meanwhile.
 */
export function outboxTableSql(schema: string): string[] {
  const table = `"${schema}"."outbox"`;
  return [
    `create table ${table} (
      id bigint generated always as identity primary key,
      event_id text not null unique,
      topic text not null,
      aggregate_id text not null,
      aggregate_version bigint not null check (aggregate_version >= 0),
      occurred_at timestamptz not null,
      traceparent text not null,
      payload bytea not null,
      state text not null default 'pending' check (state in ('pending', 'dead')),
      due_at timestamptz not null,
      claims integer not null default 0,
      attempts integer not null default 0,
      last_error text,
      dead_at timestamptz,
      check ((state = 'dead') = (dead_at is not null))
    )`,
    `create index outbox_due on ${table} (due_at, id) where state = 'pending'`,
    `create index outbox_pending on ${table} (id) where state = 'pending'`,
    `create index outbox_dead on ${table} (topic, id) where state = 'dead'`,
  ];
}

export function createOutbox({ schema, clock, newEventId, onAdded }: OutboxOptions): Outbox {
  const insert = `insert into "${schema}"."outbox"
    (event_id, topic, aggregate_id, aggregate_version, occurred_at, due_at, traceparent, payload)
    values (?, ?, ?, ?, ?::timestamptz, 'epoch', ?, ?)`;
  return {
    async add(em, newEvent, { span }) {
      const id = await newEventId();
      const occurredAt = new Date(clock.now());
      const event = encodeEvent(newEvent, { id, occurredAt, traceparent: span?.traceparent ?? '' });
      const at = occurredAt.toISOString();
      const { type, aggregateId, aggregateVersion, traceparent, payload } = event;
      await em.execute(insert, [id, type, aggregateId, aggregateVersion, at, traceparent, payload]);
      onAdded?.();
      return id;
    },
  };
}
