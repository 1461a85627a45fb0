import { CreateTables } from './migrations/0001-create-tables.ts';

export const migrations = [CreateTables];
