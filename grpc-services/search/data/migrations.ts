import { CreateTables } from './migrations/0001-create-tables.ts';
import { Events } from './migrations/0002-events.ts';

/** In the order in which they run. */
export const migrations = [CreateTables, Events];
