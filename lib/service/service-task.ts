import { type Clock, sleep } from '../clock/clock.ts';

/** Work of a service that goes on by itself: its clean-ups, the relay of its events. */
export interface ServiceTask {
  /** One of a fixed few: failures are counted by it. */
  readonly name: string;
  /** What the start of the process waits for. A failure is logged, and the start goes on. */
  readonly beforeReady?: (signal: AbortSignal) => Promise<void>;
  /** Goes on until `signal` aborts, or returns when there is nothing left to do. After a throw it is run again. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A task that does `work` each `intervalMs`, measured from its last end; the first time after one. */
export function repeatedTask(
  clock: Clock,
  name: string,
  intervalMs: number,
  work: (signal: AbortSignal) => Promise<unknown>,
): ServiceTask {
  return {
    name,
    async run(signal) {
      for (;;) {
        await sleep(clock, intervalMs, signal);
        if (signal.aborted) return;
        await work(signal);
      }
    },
  };
}
