import { type Clock, sleep } from '../clock/clock.ts';
import type { Component } from '../lifecycle/lifecycle.ts';
import { runSafe } from '../lifecycle/run-safe.ts';
import { TaskScope } from '../lifecycle/task-scope.ts';
import { within } from '../lifecycle/within.ts';
import type { Job } from '../service/service.ts';
import type { ServiceTask } from '../service/service-task.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ProcessBus } from './engines.ts';

export interface BackgroundWorkOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What one service has this process do. */
interface ServiceWork {
  readonly jobs: readonly Job[];
  readonly tasks: readonly ServiceTask[];
  /** Sends the events that the service has gathered. */
  readonly flush?: (() => Promise<void>) | undefined;
}

/** A start does not wait longer for a broker that is away; the subscriptions go on. */
const maxSubscribeWaitMs = 5_000;
/** Before work that failed begins again; twice as long each time. */
const firstPauseMs = 1_000;
const maxPauseMs = 30_000;

/**
 * The jobs and tasks of the services of one process. Whatever fails among them is logged and counted, and begins again
 * after a pause; it harms nobody else, and the process lives on.
 */
export class BackgroundWork {
  readonly #options: BackgroundWorkOptions;
  readonly #jobs: Job[] = [];
  readonly #tasks: ServiceTask[] = [];
  readonly #flushes: (() => Promise<void>)[] = [];

  constructor(options: BackgroundWorkOptions) {
    this.#options = options;
  }

  /** What is added before the component starts is run by it. */
  add({ jobs, tasks, flush }: ServiceWork): void {
    this.#jobs.push(...jobs);
    this.#tasks.push(...tasks);
    if (flush) this.#flushes.push(flush);
  }

  /** The same tasks, after what the start of the process waits for. */
  async prepare(tasks: readonly ServiceTask[], signal: AbortSignal): Promise<readonly ServiceTask[]> {
    for (const { name, beforeReady } of tasks) {
      if (beforeReady) await runSafe(this.#options, name, () => beforeReady(signal));
    }
    return tasks;
  }

  /** Starts after all services, so that each of their events finds its consumers, and stops before them. */
  component(engines: { bus(): ProcessBus }): Component {
    return {
      name: 'jobs and tasks',
      start: async () => {
        const bus = engines.bus();
        const scope = new TaskScope(this.#options);
        const subscribed = this.#jobs.map((job) => this.#subscribe(bus, job, scope));
        await within(this.#options.clock, maxSubscribeWaitMs, Promise.all(subscribed));
        bus.begin();
        for (const { name, run } of this.#tasks)
          scope.run(name, (signal) => this.#persist(name, run, signal));
        const flush = () => Promise.all(this.#flushes.map((send) => runSafe(this.#options, 'flush', send)));
        return {
          async stop() {
            await scope.stop();
            await flush();
            await bus.stop();
          },
        };
      },
    };
  }

  /** Resolves after the first attempt; further ones belong to the scope. */
  #subscribe(bus: ProcessBus, job: Job, scope: TaskScope): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const attempt = () => bus.subscribe(job).finally(resolve);
    scope.run('subscribe', (signal) => this.#persist('subscribe', attempt, signal));
    return promise;
  }

  /** Runs `work` until it returns. */
  async #persist(
    name: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
      const isDone = await runSafe(this.#options, name, async () => {
        await work(signal);
        return true;
      });
      if (isDone) return;
      await sleep(this.#options.clock, pauseMs, signal);
    }
  }
}
