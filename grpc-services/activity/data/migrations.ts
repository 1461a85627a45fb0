import { CreateTables } from './migrations/0001-create-tables.ts';
import { FlashSales } from './migrations/0002-flash-sales.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, FlashSales];
