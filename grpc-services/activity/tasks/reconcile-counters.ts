import { repeatedTask, type ServiceTask } from '@tiffin/lib/service/service-task';
import { CounterReconciler, type ReconcilerOptions } from '../domain/reconcile-counters.ts';

const EVERY_MS = 2_000;

/** Keeps what Redis counts of flash sales true to SQL. */
export function reconcilesCounters(options: ReconcilerOptions): ServiceTask {
  const reconciler = new CounterReconciler(options);
  return repeatedTask(options.clock, 'reconcile flash sales', EVERY_MS, (signal) => reconciler.round(signal));
}
