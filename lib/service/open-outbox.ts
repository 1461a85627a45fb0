import { randomUUID } from 'node:crypto';
import type { Database } from '../engines/database.ts';
import { createOutbox, type Outbox } from '../events/outbox.ts';
import { createOutboxRelay } from '../events/outbox-relay.ts';
import type { Platform } from './service.ts';
import type { ServiceTask } from './service-task.ts';

/** Where a service writes its events, and the task that sends them. */
export interface OpenedOutbox {
  readonly outbox: Outbox;
  readonly relay: ServiceTask;
}

/** `database` has the table of `outboxTableSql`. A relay of another process sends the events as well, a little later. */
export function openOutbox(
  { bus, clock, logger, metrics }: Pick<Platform, 'bus' | 'clock' | 'logger' | 'metrics'>,
  database: Database,
): OpenedOutbox {
  const relay = createOutboxRelay({ database, bus, clock, logger, metrics });
  return {
    outbox: createOutbox({
      schema: database.schema,
      clock,
      // Unlike the ids of rows it must be unique among the events of all services.
      newEventId: randomUUID,
      onAdded: () => relay.wake(),
    }),
    relay: { name: 'send events', run: (signal) => relay.run(signal) },
  };
}
