import { foldDays } from '../data/counter-rows.ts';
import type { TrackingDeps } from './deps.ts';

/** Kafka keeps events for 30 days, and Redis a day's counts for 3 more: folded earlier, they would be added once more. */
const keepDaysMs = 40 * 86_400_000;
const maxRows = 1_000;

/** Adds old days to the totals, so that a thing has 40 rows and one more, however old it is. */
export async function foldCounters(
  { database, clock }: Pick<TrackingDeps, 'database' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if ((await foldDays(database, clock.now() - keepDaysMs, maxRows)) < maxRows) return;
  }
}
