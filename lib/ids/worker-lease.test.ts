import { openDatabase } from '../engines/database.ts';
import { openEmbeddedPostgres } from '../engines/embedded-postgres.ts';
import { describeWorkerLease } from './worker-lease.contract.ts';

describeWorkerLease('the embedded engine', async () => {
  const embedded = await openEmbeddedPostgres();
  return { open: (options) => openDatabase({ ...options, embedded }), close: () => embedded.close() };
});
