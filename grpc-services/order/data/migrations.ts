import { CreateTables } from './migrations/0001-create-tables.ts';
import { Idempotency } from './migrations/0002-idempotency.ts';
import { Events } from './migrations/0003-events.ts';
import { Transactions } from './migrations/0004-transactions.ts';
import { FlashSales } from './migrations/0005-flash-sales.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, Idempotency, Events, Transactions, FlashSales];
