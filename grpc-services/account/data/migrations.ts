import { CreateTables } from './migrations/0001-create-tables.ts';
import { Idempotency } from './migrations/0002-idempotency.ts';
import { Wallets } from './migrations/0003-wallets.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, Idempotency, Wallets];
