import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface SafetyNet {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Runs `task` so that its failure stays its own: a throw is logged, counted by task name and becomes `undefined`.
 * Use it awaited; work that nobody awaits belongs to a TaskScope. `name` is one of a fixed few, not an id.
 */
export async function runSafe<Value>(
  { logger, metrics }: SafetyNet,
  name: string,
  task: () => Value | Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await task();
  } catch (error) {
    taskFailures(metrics).inc({ task: name });
    logger.error({ task: name, err: error }, 'background task failed');
    return undefined;
  }
}

const taskFailures = (metrics: Metrics) =>
  metrics.counter({
    name: 'tiffin_task_failures_total',
    help: 'Background tasks that ended with an error.',
    labelNames: ['task'],
  });
