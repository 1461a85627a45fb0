import { CreateTables } from './migrations/0001-create-tables.ts';
import { TwoHalves } from './migrations/0002-two-halves.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, TwoHalves];
