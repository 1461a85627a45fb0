import { type Clock, sleep } from '../clock/clock.ts';
import { runSafe, type SafetyNet } from './run-safe.ts';
import { timedOut, within } from './within.ts';

export interface TaskScopeOptions extends SafetyNet {
  readonly clock: Clock;
  /** Tasks under way at once; a further one is refused. Default 1,000. */
  readonly maxTasks?: number;
}

export type Task = (signal: AbortSignal) => Promise<unknown>;

/**
 * The owner of background tasks. A task that fails is logged and counted and harms nobody else; `stop` aborts the
 * signal that every task got and waits for all of them.
 */
export class TaskScope {
  readonly #options: TaskScopeOptions;
  readonly #abort = new AbortController();
  readonly #tasks = new Map<Promise<unknown>, string>();

  constructor(options: TaskScopeOptions) {
    this.#options = options;
  }

  /** The names of the tasks under way, in order of their start. */
  get running(): string[] {
    return [...this.#tasks.values()];
  }

  /** Starts a task. False, with a log line, when the scope has stopped or is full. */
  run(name: string, task: Task): boolean {
    const { maxTasks = 1_000, logger } = this.#options;
    if (this.#abort.signal.aborted || this.#tasks.size >= maxTasks) {
      logger.warn({ task: name, stopped: this.#abort.signal.aborted }, 'background task refused');
      return false;
    }
    const done = runSafe(this.#options, name, () => task(this.#abort.signal));
    this.#tasks.set(done, name);
    done.then(() => this.#tasks.delete(done));
    return true;
  }

  /** Runs `task` each `intervalMs`, measured from its last end, until the scope stops. A failed round is no end. */
  repeat(name: string, intervalMs: number, task: Task): boolean {
    return this.run(name, async (signal) => {
      for (;;) {
        await sleep(this.#options.clock, intervalMs, signal);
        if (signal.aborted) return;
        await runSafe(this.#options, name, () => task(signal));
      }
    });
  }

  /** Aborts all tasks and waits for their end, `timeoutMs` at most. Resolves to the names of those that still run. */
  async stop(timeoutMs = 5_000): Promise<string[]> {
    this.#abort.abort();
    const all = Promise.all(this.#tasks.keys());
    if ((await within(this.#options.clock, timeoutMs, all)) !== timedOut) return [];
    this.#options.logger.error({ tasks: this.running }, 'background tasks did not stop');
    return this.running;
  }
}
