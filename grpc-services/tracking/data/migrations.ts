import { CreateTables } from './migrations/0001-create-tables.ts';

/** In the order in which they run. */
export const migrations = [CreateTables];
