import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Inbox } from '@tiffin/lib/events/inbox';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { Idempotency } from '@tiffin/lib/idempotency/idempotency';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import type { CourierDispatch } from './courier-dispatch.ts';

/** What every use case of this service works with. */
export interface DeliveryDeps {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly metrics: Metrics;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  /** Answers repeated mutations with their first result. */
  readonly idempotency: Idempotency;
  /** Knows which events were handled. */
  readonly inbox: Inbox;
  /** Tells what happened, in the transaction in which it happens. */
  readonly outbox: Outbox;
  /** Sends couriers. */
  readonly couriers: CourierDispatch;
}
