import { repeatedTask, type ServiceTask } from '@tiffin/lib/service/service-task';
import type { TrackingDeps } from '../domain/deps.ts';
import { foldCounters } from '../domain/fold-counters.ts';

const everyMs = 3_600_000;

/** Keeps the counts of single days few. */
export function foldsCounters(deps: Pick<TrackingDeps, 'database' | 'clock'>): ServiceTask {
  return repeatedTask(deps.clock, 'fold old counts', everyMs, (signal) => foldCounters(deps, signal));
}
