import { type DatabaseOptions, openDatabase as open } from '@tiffin/lib/engines/database';

export { TransactionTimeout } from '@tiffin/lib/engines/database';

/** All processes share one server, which has 100 connections; those whom everybody asks have more of them. */
const busy = { poolSize: 5, connectTimeoutMs: 5_000, statementTimeoutMs: 2_000 };
const idle = { ...busy, poolSize: 2 };

export const openDatabase = (options: DatabaseOptions) =>
  open({ ...options, ...(['activity', 'order'].includes(options.schema) ? busy : idle) });
