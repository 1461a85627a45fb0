import { CreateTables } from './migrations/0001-create-tables.ts';
import { ReserveStock } from './migrations/0002-reserve-stock.ts';
import { Idempotency } from './migrations/0003-idempotency.ts';
import { Events } from './migrations/0004-events.ts';
import { StockBranches } from './migrations/0005-stock-branches.ts';
import { MarkStaleKeys } from './migrations/0006-mark-stale-keys.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, ReserveStock, Idempotency, Events, StockBranches, MarkStaleKeys];
