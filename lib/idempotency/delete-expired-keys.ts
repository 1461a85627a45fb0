import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import { createIdempotencyTable } from './idempotency-table.ts';

const maxRowsPerBatch = 500;
const maxBatches = 200;

/** Deletes the keys of a service that have expired, in short statements, until none is left or `signal` aborts. */
export async function deleteExpiredKeys(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<number> {
  const table = createIdempotencyTable(database);
  let deletedCount = 0;
  for (let batch = 0; batch < maxBatches && !signal?.aborted; batch++) {
    const rowCount = await table.deleteExpired(clock.now(), maxRowsPerBatch);
    deletedCount += rowCount;
    if (rowCount < maxRowsPerBatch) break;
  }
  return deletedCount;
}
