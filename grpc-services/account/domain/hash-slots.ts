import { AppError } from '@tiffin/lib/errors/app-error';

/** Lets only so much hashing run at a time: each hash takes a core and 16 MiB for a tenth of a second or more. */
export interface HashSlots {
  /** @throws AppError UNAVAILABLE when the queue is full: for a check before other work is done. */
  assertRoom(): void;
  /**
   * Runs `work` as soon as a slot is free, in the order of arrival.
   * @throws AppError UNAVAILABLE when the queue is full; the signal's reason when it aborts in the queue.
   */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

export interface HashSlotsOptions {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

/** Roughly how long a full queue takes to move on. */
const retryAfterMs = 1_000;

export function createHashSlots({ maxConcurrent, maxQueued }: HashSlotsOptions): HashSlots {
  let running = 0;
  const waiting = new Set<() => void>();

  function assertRoom(): void {
    if (running >= maxConcurrent && waiting.size >= maxQueued)
      throw new AppError('UNAVAILABLE', { retryAfterMs });
  }

  function wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(start);
        reject(signal.reason);
      };
      waiting.add(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** A slot goes straight to the next in the queue: nobody who comes in between overtakes. */
  function release(): void {
    const [next] = waiting;
    if (!next) {
      running--;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    assertRoom,
    async run(work, signal) {
      signal.throwIfAborted();
      assertRoom();
      if (running < maxConcurrent) running++;
      else await wait(signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
