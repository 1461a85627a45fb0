import { type Clock, sleep } from '../clock/clock.ts';
import { within } from '../lifecycle/within.ts';
import type { ServiceTask } from '../service/service-task.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createDelayedTaskMetrics } from './delayed-task-metrics.ts';
import {
  claimTasks,
  deleteTasks,
  type PutBack,
  putBackTasks,
  readOldestDueMs,
  type TaskDatabase,
} from './delayed-task-rows.ts';
import type { DelayedTask, ScheduledTask } from './delayed-tasks.ts';
import { type DueAlarms, openDueAlarms } from './due-alarms.ts';
import { createTaskCrew, type DelayedTaskHandlers, type EndedTask, type TaskCrew } from './task-crew.ts';

/** Does the delayed tasks of one schema. Several share the work: each takes other tasks. */
export interface DelayedTaskRunner extends ServiceTask {
  /** Says that there will be something to do. Nothing where it does not run. */
  add(task: ScheduledTask): void;
}

export interface DelayedTaskRunnerOptions {
  readonly database: TaskDatabase;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** By kind, at least one. Tasks of other kinds are left to other runners. */
  readonly handlers: DelayedTaskHandlers;
  /** Handlers at work at once. Default 8. */
  readonly maxRunning?: number;
  /** What a handler may take; 5 s later a task of a runner that died is taken by another. Default 10,000 ms. */
  readonly handlerTimeoutMs?: number;
  /** Tasks of the next minute that are awaited by the clock; further ones may be 5 s late. Default 10,000. */
  readonly maxAlarms?: number;
}

const MAX_RUNNING = 8;
const HANDLER_TIMEOUT_MS = 10_000;
/** Between a handler's deadline and the end of the lease: for the claim's way here, and the end's way back. */
const SETTLE_MS = 5_000;
const MAX_ALARMS = 10_000;
/** How soon other processes' tasks are seen; those of this process tell the runner. */
const LOAD_EVERY_MS = 5_000;
/** A task is told from inside of a transaction; it is given so long to commit. */
const COMMIT_MS = 15;
/** Handlers that end at about the same time are settled together. */
const GATHER_MS = 5;
/** A failed task is tried again, for ever, each time after twice as long. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** While the database is away. */
const PAUSE_MS = 1_000;
/** How long handlers may go on when the process stops, and how long all of the runner's end may take. */
const STOP_GRACE_MS = 1_500;
const STOP_MS = 3_500;
const MAX_REASON_LENGTH = 500;

/**
 * Alarms in a timing wheel say when something of the next minute is due; what is due says the table. So a task that
 * was moved or cancelled meanwhile costs an alarm for nothing, and an alarm that was lost, or refused by a full wheel,
 * costs a few seconds: each load of the next minute is followed by a look at the table.
 */
export function createDelayedTaskRunner(options: DelayedTaskRunnerOptions): DelayedTaskRunner {
  const { database, clock, logger, handlers, maxRunning = MAX_RUNNING, maxAlarms = MAX_ALARMS } = options;
  const { handlerTimeoutMs = HANDLER_TIMEOUT_MS } = options;
  const { schema } = database;
  const kinds = Object.keys(handlers);
  if (kinds.length === 0) throw new RangeError('A runner of delayed tasks needs a handler.');
  const metrics = createDelayedTaskMetrics(options.metrics, schema);
  /** Not settled yet. */
  const ended: EndedTask[] = [];
  let alarms: DueAlarms | undefined;
  let awake = false;
  let rouse = () => {};

  function wake() {
    awake = true;
    rouse();
  }

  async function load(signal: AbortSignal): Promise<void> {
    await alarms?.load(signal);
    metrics.oldest(await readOldestDueMs(database), clock.now());
  }

  async function settle(): Promise<void> {
    const some = ended.splice(0);
    if (some.length === 0) return;
    const done = some.filter(({ outcome }) => outcome === 'done').map(({ task }) => task);
    const putBacks = some
      .filter(({ outcome }) => outcome !== 'done')
      .map((end) => putBackOf(end, clock.now()));
    try {
      await deleteTasks(database, done);
      await putBackTasks(database, putBacks);
    } catch (error) {
      ended.push(...some);
      throw error;
    }
    for (const { task, failure } of putBacks) {
      if (failure) alarms?.add({ ...task, dueMs: failure.nextAttemptMs });
    }
    for (const { task, outcome, error } of some) {
      metrics.count(task.kind, outcome);
      if (outcome === 'failed') logger.warn({ ...fieldsOf(task), err: error }, 'delayed task failed');
    }
  }

  const fieldsOf = ({ kind, key, attempt }: DelayedTask) => ({ schema, kind, key, attempt });

  /** As many as there is room for: each end of a handler makes room, and looks again. */
  async function takeDue(crew: TaskCrew, signal: AbortSignal): Promise<void> {
    const limit = maxRunning - crew.running - ended.length;
    if (limit <= 0 || signal.aborted) return;
    const nowMs = clock.now();
    const deadlineMs = nowMs + handlerTimeoutMs;
    const leaseEndMs = deadlineMs + SETTLE_MS;
    for (const task of await claimTasks(database, { kinds, nowMs, deadlineMs, leaseEndMs, limit })) {
      if (signal.aborted) ended.push({ task, outcome: 'released' });
      else crew.start(task);
    }
  }

  async function guarded(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      metrics.failedRound();
      logger.error({ err: error, schema }, 'round of delayed tasks failed');
      return false;
    }
  }

  async function keepLoading(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await guarded(() => load(signal));
      wake();
      await sleep(clock, LOAD_EVERY_MS, signal);
    }
  }

  async function keepWorking(signal: AbortSignal): Promise<void> {
    const crew = createTaskCrew({
      clock,
      handlers,
      onEnded(end) {
        ended.push(end);
        wake();
      },
    });
    while (!signal.aborted) {
      awake = false;
      const isDone = await guarded(async () => {
        await settle();
        await takeDue(crew, signal);
      });
      if (!isDone) await sleep(clock, PAUSE_MS, signal);
      else if (!awake) {
        await roused(signal);
        await sleep(clock, GATHER_MS, signal);
      }
    }
    await crew.stop(STOP_GRACE_MS);
    await guarded(settle);
  }

  async function roused(signal: AbortSignal): Promise<void> {
    // It may have aborted during the look at the table: then nobody would rouse it.
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    rouse = resolve;
    signal.addEventListener('abort', rouse, { once: true });
    await promise;
    signal.removeEventListener('abort', rouse);
  }

  return {
    name: 'delayed tasks',
    add(task) {
      alarms?.add({ ...task, dueMs: Math.max(task.dueMs, clock.now() + COMMIT_MS) });
    },
    async run(signal) {
      alarms = openDueAlarms({ database, clock, logger, maxAlarms, onDue: wake });
      try {
        const atWork = Promise.all([keepLoading(signal), keepWorking(signal)]);
        await Promise.race([atWork, abortOf(signal)]);
        await within(clock, STOP_MS, atWork);
      } finally {
        alarms.stop();
        alarms = undefined;
      }
    },
  };
}

function putBackOf({ task, outcome, error }: EndedTask, nowMs: number): PutBack {
  if (outcome === 'released') return { task };
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (task.attempt - 1), MAX_RETRY_MS);
  const message = error instanceof Error ? error.message : String(error);
  // jsonb takes no NUL, and one task's reason must not fail the statement of all.
  const reason = message.replaceAll('\0', '').slice(0, MAX_REASON_LENGTH);
  return { task, failure: { reason, nextAttemptMs: nowMs + delayMs } };
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
