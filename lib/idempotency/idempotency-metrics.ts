import type { Metrics } from '../telemetry/metrics.ts';

/**
 * What came of a call with a key. `executed`: it ran the use case, whatever that came to. `replayed`: it got what
 * another had come to. `mismatch` and `in_progress`: it was refused. `taken_over`: it was so slow that another claimed
 * its key, and its effect was undone; it goes on, and is counted once more by its end.
 */
export type KeyOutcome = 'executed' | 'replayed' | 'mismatch' | 'in_progress' | 'taken_over';

/** Hundred mutations with five outcomes each; both come from the code, never from a caller. */
const maxLabelSets = 500;

/** Counts outcomes by the rpc's path, `/tiffin.order.v1.OrderService/PlaceOrder`. */
export function createIdempotencyMetrics(metrics: Metrics): (path: string, outcome: KeyOutcome) => void {
  const calls = metrics.counter({
    name: 'tiffin_idempotency_calls_total',
    help: 'Calls with an idempotency key by outcome: executed, replayed, mismatch, in_progress; taken_over counts beside.',
    labelNames: ['service', 'method', 'outcome'],
    maxLabelSets,
  });
  return (path, outcome) => {
    const [, service = '', method = ''] = path.split('/');
    calls.inc({ service, method, outcome });
  };
}
