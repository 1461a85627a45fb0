import type { Clock, Timer } from './clock.ts';

interface PendingTimer {
  dueMs: number;
  sequence: number;
  callback: () => void;
}

/** A clock that stands still until `advance` moves it: timers fire in due order, ties in order of creation. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sequence = 0;
  readonly #pending = new Set<PendingTimer>();

  constructor(startMs = Date.UTC(2030, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  get pendingTimers(): number {
    return this.#pending.size;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#pending.add(timer);
    return { cancel: () => this.#pending.delete(timer) };
  }

  /** Moves time forward by `ms`, firing what falls due and letting promises settle between two timers. */
  async advance(ms: number): Promise<void> {
    const targetMs = this.#nowMs + ms;
    for (let next = this.#nextDue(targetMs); next; next = this.#nextDue(targetMs)) {
      this.#pending.delete(next);
      this.#nowMs = next.dueMs;
      next.callback();
      await settle();
    }
    this.#nowMs = targetMs;
    await settle();
  }

  /** Sets the time without firing timers, forward or back: for tests of a clock that jumps. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  #nextDue(targetMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#pending) {
      if (timer.dueMs > targetMs) continue;
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.sequence < next.sequence))
        next = timer;
    }
    return next;
  }
}

/** One turn of the event loop: every promise chain that can settle without I/O has settled after it. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
