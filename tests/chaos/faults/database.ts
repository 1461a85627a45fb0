import { type DatabaseOptions, openDatabase as open } from '@tiffin/lib/engines/database';

export { TransactionTimeout } from '@tiffin/lib/engines/database';

/** All processes share one server, with whatever else is tested there, and a common server has 100 connections. */
const poolSize = 2;

export const openDatabase = (options: DatabaseOptions) => open({ ...options, poolSize });
