import { CreateTables } from './migrations/0001-create-tables.ts';
import { Idempotency } from './migrations/0002-idempotency.ts';
import { Events } from './migrations/0003-events.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, Idempotency, Events];
