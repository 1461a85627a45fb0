import type { Clock } from '../../clock/clock.ts';

/** A clock that goes from one event to the next. */
export interface ModelClock extends Clock {
  /** When the first pending timer fires. */
  nextMs(): number | undefined;
  /** Goes to that moment and fires what is due, in order of creation. */
  goTo(ms: number): void;
}

interface Pending {
  readonly dueMs: number;
  readonly callback: () => void;
}

export function createModelClock(startMs = Date.UTC(2030, 0, 1)): ModelClock {
  let nowMs = startMs;
  const pending = new Set<Pending>();
  return {
    now: () => nowMs,
    setTimer(delayMs, callback) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), callback };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    nextMs() {
      let next: number | undefined;
      for (const { dueMs } of pending) if (next === undefined || dueMs < next) next = dueMs;
      return next;
    },
    goTo(ms) {
      nowMs = Math.max(nowMs, ms);
      for (const timer of [...pending].filter(({ dueMs }) => dueMs <= nowMs)) {
        pending.delete(timer);
        timer.callback();
      }
    },
  };
}
