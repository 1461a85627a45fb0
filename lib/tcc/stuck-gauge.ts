import type { Clock } from '../clock/clock.ts';
import { repeatedTask, type ServiceTask } from '../service/service-task.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { StuckTransactions } from './stuck-transactions.ts';

/** How soon an alert sees that one is stuck. */
const COUNT_EVERY_MS = 10_000;

/** Counts the stuck transactions of a schema, for an alert: each of them waits for somebody. */
export function stuckGauge(
  { clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics },
  schema: string,
  stuckTransactions: Pick<StuckTransactions, 'count'>,
): ServiceTask {
  const stuck = metrics.gauge({
    name: 'tiffin_tcc_stuck_transactions',
    help: 'Decided transactions whose participants do not follow, counted up to 1,000.',
    labelNames: ['schema'],
  });
  return repeatedTask(clock, 'count stuck transactions', COUNT_EVERY_MS, async () =>
    stuck.set({ schema }, await stuckTransactions.count()),
  );
}
