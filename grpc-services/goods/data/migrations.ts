import { CreateTables } from './migrations/0001-create-tables.ts';
import { ReserveStock } from './migrations/0002-reserve-stock.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, ReserveStock];
