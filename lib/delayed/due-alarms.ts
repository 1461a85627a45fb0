import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { TimingWheel } from '../timing-wheel/timing-wheel.ts';
import { type PageEnd, readComing, type TaskDatabase } from './delayed-task-rows.ts';
import type { ScheduledTask } from './delayed-tasks.ts';

/** When tasks of the next minute are due. */
export interface DueAlarms {
  readonly size: number;
  /** False when there is no room, or its time is further away: a later load sees it. */
  add(task: ScheduledTask): boolean;
  /** Reads the next minute in pages, until there is no room. Throws what the database throws. */
  load(signal: AbortSignal): Promise<void>;
  stop(): void;
}

export interface DueAlarmsOptions {
  readonly database: TaskDatabase;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxAlarms: number;
  /** Something is due, most likely. */
  readonly onDue: () => void;
}

/** A task is at most so late, where there is somebody to do it. 300 slots of it are the next minute. */
export const TICK_MS = 200;
const SLOTS = 300;
const HORIZON_MS = TICK_MS * SLOTS;
const PAGE_ROWS = 1_000;
const FIRST_ID = '0';

export function openDueAlarms(options: DueAlarmsOptions): DueAlarms {
  const { database, clock, logger, maxAlarms, onDue } = options;
  const wheel = new TimingWheel<string, ScheduledTask>({
    clock,
    intervalMs: TICK_MS,
    slots: SLOTS,
    maxEntries: maxAlarms,
    run(_, task) {
      // The wheel is early by less than two ticks; so it is right at the first one after the task's time.
      if (task.dueMs > clock.now()) add(task);
      else onDue();
    },
    failed: (error, key) => logger.error({ err: error, key }, 'alarm of a delayed task failed'),
  });

  function add(task: ScheduledTask): boolean {
    const delayMs = task.dueMs - clock.now();
    return delayMs <= HORIZON_MS && wheel.set(`${task.kind} ${task.key}`, task, delayMs);
  }

  return {
    get size() {
      return wheel.size;
    },
    add,
    async load(signal) {
      const nowMs = clock.now();
      let after: PageEnd | undefined = { takeMs: nowMs, id: FIRST_ID };
      for (let rows = 0; after && rows < maxAlarms && !signal.aborted; rows += PAGE_ROWS) {
        const page = { after, untilMs: nowMs + HORIZON_MS, limit: PAGE_ROWS };
        const { tasks, end } = await readComing(database, page);
        after = tasks.every(add) ? end : undefined;
      }
    },
    stop: () => wheel.stop(),
  };
}
