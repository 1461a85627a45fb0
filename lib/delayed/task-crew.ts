import type { Clock } from '../clock/clock.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { TaskOutcome } from './delayed-task-metrics.ts';
import type { DelayedTask } from './delayed-tasks.ts';

/**
 * Does one task; a throw has it done again, later. `signal` aborts at the task's deadline and when the process stops:
 * a handler ends then. It may be called twice for one task, see `DelayedTasks`.
 */
export type DelayedTaskHandler = (task: DelayedTask, signal: AbortSignal) => Promise<void>;

export type DelayedTaskHandlers = Readonly<Record<string, DelayedTaskHandler>>;

export interface EndedTask {
  readonly task: DelayedTask;
  readonly outcome: TaskOutcome;
  /** Why it failed. */
  readonly error?: unknown;
}

/** The handlers that are at work. */
export interface TaskCrew {
  readonly running: number;
  start(task: DelayedTask): void;
  /** Lets handlers end for `graceMs`, then aborts their signals. What does not end even then is left to its lease. */
  stop(graceMs: number): Promise<void>;
}

export interface TaskCrewOptions {
  readonly clock: Clock;
  readonly handlers: DelayedTaskHandlers;
  readonly onEnded: (ended: EndedTask) => void;
}

/** How long handlers may take to end once their signals have aborted. */
const RELEASE_MS = 500;

export function createTaskCrew({ clock, handlers, onEnded }: TaskCrewOptions): TaskCrew {
  const running = new Set<Promise<void>>();
  const letGo = new AbortController();
  const idle = () => Promise.all(running);

  async function handle(task: DelayedTask): Promise<void> {
    const handler = handlers[task.kind];
    if (!handler) throw new Error(`nobody does tasks of the kind ${task.kind}`);
    const overdue = new AbortController();
    const handled = handler(task, AbortSignal.any([overdue.signal, letGo.signal]));
    if ((await within(clock, task.deadlineMs - clock.now(), handled)) !== timedOut) return;
    const error = new Error('did not end before its deadline');
    overdue.abort(error);
    throw error;
  }

  async function work(task: DelayedTask): Promise<EndedTask> {
    try {
      await handle(task);
      return { task, outcome: 'done' };
    } catch (error) {
      // It was asked to let go, which is no fault of the task.
      return letGo.signal.aborted ? { task, outcome: 'released' } : { task, outcome: 'failed', error };
    }
  }

  return {
    get running() {
      return running.size;
    },
    start(task) {
      const ended: Promise<void> = work(task).then((end) => {
        running.delete(ended);
        onEnded(end);
      });
      running.add(ended);
    },
    async stop(graceMs) {
      if ((await within(clock, graceMs, idle())) !== timedOut) return;
      letGo.abort(new Error('the process stops'));
      await within(clock, RELEASE_MS, idle());
    },
  };
}
